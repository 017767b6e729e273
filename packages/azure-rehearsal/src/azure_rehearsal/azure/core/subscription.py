"""The facts of the simulated subscription that no resource holds, in a file beside the cloud's.

Owns the registered resource providers, changed quotas, denying policies, restricted sizes and the deployer's roles.
Does not own their effect: `subscription_rules` refuses writes, and `azure_rehearsal.azure.rest` shows them to clients.
All subscriptions of one simulated Azure have the same facts.

The file is separate so that a client can register a provider while another process deploys.
"""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from azure_rehearsal.azure.data.quotas import BY_KEY
from azure_rehearsal.azure.data.resource_providers import NAMESPACES, REGISTERED_BY_DEFAULT

FILE: Final = "subscription.json"
Effect = Literal["allowed-locations", "not-allowed-types", "required-tag"]


@dataclass(frozen=True)
class DenyPolicy:
    """The assignment of a policy with effect deny to the whole subscription.

    `name` is the assignment's name. `effect` selects the built-in definition, `values` are its parameter: locations,
    ARM kinds, or one tag name.
    """

    name: str
    effect: Effect
    values: tuple[str, ...]


@dataclass(frozen=True)
class DeployerRole:
    """A role that the deployer already has. `scope` is an ARM id; empty for the subscription."""

    role: str
    scope: str = ""


@dataclass
class Subscription:
    """The facts. The defaults are a subscription that has been in use: every provider is registered.

    registered        namespaces in lower case; `None` means all
    quotas            limits of every location by `Quota.key` (`azure_rehearsal.azure.data.quotas`); writes respect only
                      the limits that are listed here
    policies          assignments with effect deny
    restricted_sizes  VM sizes in lower case that the subscription is not offered
    deployer_roles    roles that the deployer has beside the role assignments in the cloud
    """

    registered: set[str] | None = None
    quotas: dict[str, int] = field(default_factory=dict)
    policies: list[DenyPolicy] = field(default_factory=list)
    restricted_sizes: set[str] = field(default_factory=set)
    deployer_roles: list[DeployerRole] = field(default_factory=lambda: [DeployerRole("Owner")])
    path: pathlib.Path | None = None

    @classmethod
    def open(cls, path: pathlib.Path) -> Subscription:
        """The facts in a file; the defaults if it does not exist."""
        if not path.exists():
            return cls(path=path)
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        registered = document["registered"]
        return cls(
            registered=None if registered is None else set(registered),
            quotas=document["quotas"],
            policies=[DenyPolicy(item["name"], item["effect"], tuple(item["values"])) for item in document["policies"]],
            restricted_sizes=set(document["restricted_sizes"]),
            deployer_roles=[DeployerRole(**item) for item in document["deployer_roles"]],
            path=path,
        )

    def save(self) -> None:
        """Writes the file atomically. Does nothing without a path."""
        if self.path is None:
            return
        document = {key: value for key, value in asdict(self).items() if key != "path"}
        text = json.dumps(document, indent=2, default=sorted)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        pathlib.Path(temporary).replace(self.path)

    def set_quota(self, name: str, limit: int) -> None:
        """Sets a limit, which writes then respect. Raises `KeyError` for an unknown quota."""
        self.quotas[BY_KEY[name.lower()].key] = limit

    def make_fresh(self) -> None:
        """Unregisters every provider that a new subscription does not have."""
        self.registered = {name.lower() for name in REGISTERED_BY_DEFAULT}

    def is_registered(self, namespace: str) -> bool:
        return self.registered is None or namespace.lower() in self.registered

    def register(self, namespace: str) -> None:
        """Registers a provider. Returns when the registration is complete, as `az provider register --wait` does."""
        if self.registered is not None:
            self.registered.add(namespace.lower())


def canonical_namespace(namespace: str) -> str:
    """Azure's spelling of a namespace; unchanged if it is not known here."""
    return NAMESPACES.get(namespace.lower(), namespace)
