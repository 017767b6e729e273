"""The service mesh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Section, unique

FIRST_REVISION: Final = 30
"""Minor version of the oldest revision that is taken. From it on a new mesh leads pods' traffic to their sidecars by a
plugin of the node; before, a container in each pod did, with rights over the network that `restricted` namespaces
refuse (learn.microsoft.com/azure/aks/istio-cni).
"""
REVISION_KUBERNETES: Final[Mapping[str, tuple[str, ...]]] = {"asm-1-30": ("1.35", "1.36")}
"""Kubernetes versions that a revision is for, of those that a stack can have
(learn.microsoft.com/azure/aks/istio-support-policy, 2026-08). A newer revision than those here is not judged.
"""

MESH_STEPS: Final = range(1, 3)
"""How many minor versions an upgrade may take in one go (learn.microsoft.com/azure/aks/istio-upgrade)."""

Revision = Annotated[
    str,
    StringConstraints(pattern=r"^asm-1-[0-9]{2}$"),
    Field(json_schema_extra={"x-allowed": "a revision as `az aks mesh get-revisions` names it, such as asm-1-30"}),
]


def minor_version(revision: str) -> int:
    """30 of `asm-1-30`."""
    return int(revision.rpartition("-")[2])


class MeshSettings(Section):
    """AKS's Istio add-on: mutual TLS between the pods of the named namespaces."""

    enabled: bool = False
    """The add-on."""
    revision: Revision = "asm-1-30"
    """Revision whose sidecars pods get when they start; each is supported for about three Kubernetes minor versions."""
    second_revision: Revision | None = None
    """Second control plane while the mesh is upgraded, which Azure does not do in one step: add the new revision here,
    then exchange the two and restart the pods, then remove the old one.
    """
    namespaces: Annotated[tuple[str, ...], AfterValidator(unique)] = ()
    """Namespaces whose pods get a sidecar and speak mutual TLS only; never those on their nodes' network."""

    @property
    def revisions(self) -> tuple[str, ...]:
        """The control planes in the cluster, oldest first."""
        found = {self.revision, self.second_revision or self.revision}
        return tuple(sorted(found, key=minor_version))
