"""The simulated outside world of one state directory: one Azure, the clusters in it, and the stand-ins that reach them.

Owns which stand-in serves which package and what the stand-ins share. Every stack of the state directory lives in the
same world; it is kept apart from Pulumi's state, so that drift can be made and found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rehearsal.errors import UsageError
from rehearsal.provider import StandIn
from rehearsal.random_provider import RandomStandIn


@dataclass(frozen=True)
class Caller:
    """Whose program runs: its folder, and whom Azure takes it for, which is whoever the stack file names.

    An id is empty where the stack file names none; the simulated Azure then has a placeholder.
    """

    directory: Path
    subscription_id: str = ""
    tenant_id: str = ""
    principal_id: str = ""

    @classmethod
    def of(cls, directory: Path, sections: Mapping[str, Any]) -> Caller:
        """From the `voice:` sections of the stack."""
        azure, deployer = sections.get("azure") or {}, sections.get("deployer") or {}
        return cls(
            directory=directory,
            subscription_id=str(azure.get("subscriptionId", "")),
            tenant_id=str(azure.get("tenantId", "")),
            principal_id=str(deployer.get("principalId", "")),
        )


class OutsideWorld(Protocol):
    """What the engine needs of a world; tests hand in worlds of their own."""

    def factories(self, caller: Caller) -> dict[str, Callable[[], StandIn]]:
        """For each package a factory of its stand-in, called once for each provider instance."""
        ...

    def leftovers(self) -> list[str]:
        """What still exists, a line for each, as people read it. Soft-deleted things do not count."""
        ...

    def save(self) -> None:
        """Writes what must outlive this process."""
        ...


class World:
    """The world that the platform is rehearsed in: Azure, Kubernetes and the `random` package."""

    @classmethod
    def open(cls, directory: Path) -> World:
        """The world kept in `directory`; an empty one where nothing is kept yet."""
        return cls(directory)

    def __init__(self, directory: Path) -> None:
        # Late imports: loading the simulated Azure takes a noticeable part of a second that `--help` need not pay.
        from rehearsal.azure.cloud import Cloud
        from rehearsal.kubernetes.recorded import RecordedClusters

        try:
            self._cloud = Cloud.open(directory / "azure.json")
        except ValueError as error:  # written by another version of the rehearsal, or damaged
            raise UsageError(f"the simulated Azure cannot be read: {error}.") from None
        self._clusters = RecordedClusters.open(directory / "kubernetes", self._cloud)

    def factories(self, caller: Caller) -> dict[str, Callable[[], StandIn]]:
        from rehearsal.azure.client import Client
        from rehearsal.azure.provider import AzureStandIn
        from rehearsal.kubernetes.provider import KubernetesStandIn

        client = Client.named(
            subscription_id=caller.subscription_id, tenant_id=caller.tenant_id, object_id=caller.principal_id
        )
        return {
            "azure-native": lambda: AzureStandIn(self._cloud, client),
            "kubernetes": lambda: KubernetesStandIn(self._clusters, caller.directory),
            "random": RandomStandIn,
        }

    def leftovers(self) -> list[str]:
        return self._cloud.leftovers()

    def save(self) -> None:
        self._cloud.save()
        self._clusters.save()
