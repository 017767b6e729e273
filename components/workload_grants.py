"""The permissions of workloads, from the table of accounts to the form that resource owners take them in.

Resource owners grant access to their resources: the vault to its secrets, the storage account to its containers. Each
takes the identities from here, by the fields of `model.identities.WorkloadAccount`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pulumi

from components.role_assignment import Principal
from components.workload_identity import WorkloadIdentity
from model.identities import DnsZone, WorkloadAccount
from settings.schema.data import DatabaseAdministrator


class WorkloadGrants:
    """Selects identities by what their accounts need. All results are by account name, in the order of the table."""

    def __init__(self, accounts: Sequence[WorkloadAccount], identities: Mapping[str, WorkloadIdentity]) -> None:
        self._accounts, self._identities = accounts, identities

    def principals(self, needs: Callable[[WorkloadAccount], object]) -> dict[str, Principal]:
        """The identities of the accounts for which `needs` is true."""
        return {account.name: self._principal(account) for account in self._accounts if needs(account)}

    def database_administrators(
        self, people: Iterable[DatabaseAdministrator]
    ) -> dict[str, tuple[pulumi.Input[str], DatabaseAdministrator | None]]:
        """Object ids with the settings of `people`; workloads come first and have no settings."""
        workloads = self.principals(lambda account: account.database_administrator)
        return {
            **{name: (principal.id, None) for name, principal in workloads.items()},
            **{person.name: (person.object_id, person) for person in people},
        }

    def redis_readers(self) -> dict[str, pulumi.Input[str]]:
        """Principal ids of the accounts that sign in to Redis."""
        return {name: principal.id for name, principal in self.principals(lambda account: account.redis).items()}

    def file_writers(self) -> dict[str, tuple[Principal, Sequence[str]]]:
        """Identities with the storage containers that they write to."""
        return {
            account.name: (self._principal(account), account.containers)
            for account in self._accounts
            if account.containers
        }

    def dns_writers(self) -> dict[str, tuple[Principal, Sequence[DnsZone]]]:
        """Identities with the DNS zones that they write to."""
        return {
            account.name: (self._principal(account), account.dns_zones)
            for account in self._accounts
            if account.dns_zones
        }

    def secret_readers(self, user_secrets: Iterable[str]) -> dict[str, tuple[Principal, Sequence[str]]]:
        """Identities with the names of the vault secrets that they read. `user_secrets` are those of the stack file."""
        names = tuple(user_secrets)
        return {account.name: (self._principal(account), account.reads(names)) for account in self._accounts}

    def _principal(self, account: WorkloadAccount) -> Principal:
        return self._identities[account.name].principal
