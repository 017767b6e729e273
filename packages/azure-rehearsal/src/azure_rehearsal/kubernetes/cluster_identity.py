"""What a recorded cluster is told about itself by whoever knows the clusters that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


class ClusterIdentity(Protocol):
    """What has to be known of a cluster that exists."""

    @property
    def creation_id(self) -> str:
        """Another one for every creation, also under the same name."""

    @property
    def name(self) -> str:
        """How people call it."""

    @property
    def kubernetes_version(self) -> str:
        """The version that its API server has now, `1.36` or `1.36.2`."""


@runtime_checkable
class IdentityWithProperties(Protocol):
    """An identity that also tells what Azure knows of the cluster."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """The ManagedCluster's properties, by which its add-ons are found."""


def managed_cluster_properties(identity: ClusterIdentity) -> Mapping[str, Any] | None:
    """What Azure knows of a cluster; `None` where the identity does not tell."""
    return identity.properties if isinstance(identity, IdentityWithProperties) else None
