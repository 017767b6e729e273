"""The identity of a cluster, as the simulated Azure supplies it to the fake and the real clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


class ClusterIdentity(Protocol):
    """Identifies a cluster that exists."""

    @property
    def creation_id(self) -> str:
        """Unique for every creation, even when the name is reused."""

    @property
    def name(self) -> str:
        """The name of the ManagedCluster."""

    @property
    def kubernetes_version(self) -> str:
        """The current version of the API server, `1.36` or `1.36.2`."""


@runtime_checkable
class IdentityWithProperties(Protocol):
    """An identity that also has the properties of the ManagedCluster."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties of the ManagedCluster, which determine its add-ons."""


def managed_cluster_properties(identity: ClusterIdentity) -> Mapping[str, Any] | None:
    """The properties of the ManagedCluster; `None` when the identity does not supply them."""
    return identity.properties if isinstance(identity, IdentityWithProperties) else None
