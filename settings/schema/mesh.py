"""The service mesh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Section, unique

FIRST_REVISION: Final = 30
"""Minor version of the oldest supported revision. From this revision on, a CNI plugin of the node redirects the pods'
traffic to their sidecars. In older revisions, a container in each pod does, with network administration rights that
`restricted` namespaces refuse (learn.microsoft.com/azure/aks/istio-cni).
"""
REVISION_KUBERNETES: Final[Mapping[str, tuple[str, ...]]] = {"asm-1-30": ("1.35", "1.36")}
"""Kubernetes versions that a revision supports, of those that a stack can have
(learn.microsoft.com/azure/aks/istio-support-policy, 2026-08). Newer revisions than these are not checked.
"""

MESH_STEPS: Final = range(1, 3)
"""Minor versions that one upgrade can span (learn.microsoft.com/azure/aks/istio-upgrade)."""

Revision = Annotated[
    str,
    StringConstraints(pattern=r"^asm-1-[0-9]{2}$"),
    Field(json_schema_extra={"x-expected": "a revision as in `az aks mesh get-revisions`, such as asm-1-30"}),
]


def minor_version(revision: str) -> int:
    """Returns 30 for `asm-1-30`."""
    return int(revision.rpartition("-")[2])


class MeshSettings(Section):
    """AKS's Istio add-on: mutual TLS between the pods of the listed namespaces."""

    enabled: bool = False
    """Enables the add-on."""
    revision: Revision = "asm-1-30"
    """Revision of the sidecars in new pods. AKS supports each for about three Kubernetes minor versions."""
    second_revision: Revision | None = None
    """Revision of a second control plane during an upgrade. Add the new revision here, then swap the two revisions and
    restart the pods, then remove the old revision.
    """
    namespaces: Annotated[tuple[str, ...], AfterValidator(unique)] = ()
    """Namespaces whose pods have a sidecar and accept only mutual TLS. Pods on the host network cannot have one."""

    @property
    def revisions(self) -> tuple[str, ...]:
        """The revisions of the control planes, oldest first."""
        found = {self.revision, self.second_revision or self.revision}
        return tuple(sorted(found, key=minor_version))
