"""The permissions of accounts in the cluster on Azure resources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Container(StrEnum):
    """The blob containers of a region's storage account."""

    CONVERSATIONS = "conversations"
    UPLOADS = "uploads"
    RECORDINGS = "recordings"
    BACKUPS = "backups"


ROOMS: Final = "rooms"
"""The blob container of LiveKit egress for recordings of rooms. It is in a storage account of its own."""

REDIS_EXPORTS: Final = f"{Container.BACKUPS}/redis"
"""Container and folder of the daily exports of Redis."""


class DnsZone(StrEnum):
    """A public DNS zone that an account can write records in."""

    ENVIRONMENT = "environment"
    REGION = "region"


USER_SECRETS: Final = "voice:secrets"
"""Stands for every secret of the stack file in a list of secrets."""


@dataclass(frozen=True, kw_only=True)
class WorkloadAccount:
    """A Kubernetes ServiceAccount with an identity in Azure, and its least permissions.

    - `secrets` are names in the vault that it reads, `containers` the blob containers that it writes to.
    - `redis` and `database_administrator`: it signs in there with its identity.
    - `dns_zones` are the public zones that it writes records in; `lists_dns_zones`: it finds the region's zone in a
      list of all zones.
    - `reads_metrics`, `writes_traces` and `writes_certificates` are permissions on the region's stores and vault.
    """

    name: str
    namespace: str
    secrets: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    redis: bool = False
    database_administrator: bool = False
    dns_zones: tuple[DnsZone, ...] = ()
    lists_dns_zones: bool = False
    reads_metrics: bool = False
    writes_traces: bool = False
    writes_certificates: bool = False

    @property
    def subject(self) -> str:
        """The subject of the account's tokens in Kubernetes."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    def reads(self, user_secrets: Sequence[str]) -> tuple[str, ...]:
        """Returns the secrets that it reads in a stack whose file has these secrets."""
        found = [name for secret in self.secrets for name in (user_secrets if secret == USER_SECRETS else (secret,))]
        return tuple(sorted(set(found)))
