"""The Istio add-on: its revisions, and the allowed upgrades between them.

Sources: learn.microsoft.com/azure/aks/istio-support-policy and istio-upgrade, 2026-08. The Istio of app routing with
the Gateway API cannot run next to this add-on; the SDK's API version cannot express it, so no rule refuses it.
Deviation: `mode` Istio without revisions has no revision here; Azure selects the second newest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.containerservice import kubernetes_versions
from azure_rehearsal.azure.services.containerservice.cluster_rules import version_of
from azure_rehearsal.protocol.provider import Refused


@dataclass(frozen=True)
class Revision:
    """A revision of the add-on. `kubernetes` lists its minor versions, `ends` is the month of its end of life.

    New meshes cannot use a revision after its end of life (`ended`, as of 2026-11).
    """

    kubernetes: tuple[str, ...]
    ends: str
    ended: bool = False


REVISIONS: Final[dict[str, Revision]] = {
    "asm-1-28": Revision(("1.30", "1.31", "1.32", "1.33", "1.34", "1.35"), "2026-08", ended=True),
    "asm-1-29": Revision(("1.31", "1.32", "1.33", "1.34", "1.35", "1.36"), "2026-09", ended=True),
    "asm-1-30": Revision(("1.32", "1.33", "1.34", "1.35", "1.36"), "2026-12"),
}
MAX_REVISION_STEP: Final = 2
"""An upgrade can skip one minor version."""


def refuse_mesh(request: Request) -> None:
    """Refuses revisions that are ended, incompatible with the cluster, or not reachable from the running ones."""
    if str(request.get("serviceMeshProfile.mode")).lower() != "istio":
        return
    wanted: list[str] = request.get("serviceMeshProfile.istio.revisions", [])
    running: list[str] = request.previous("serviceMeshProfile.istio.revisions", [])
    if str(request.previous("serviceMeshProfile.mode")).lower() != "istio":
        running = []
    for revision in wanted:
        if revision not in REVISIONS and not 0 < _minor(revision) < min(map(_minor, REVISIONS)):
            request.warn_unknown("revision of the service mesh add-on", revision)
            continue
        _refuse_ended(revision, is_new=revision not in running)
        _refuse_version(revision, kubernetes_versions.minor(version_of(request)))
    if len(set(wanted)) != len(wanted) or len(wanted) > 2:
        raise _not_allowed(
            f"A mesh has one revision, or two during an upgrade, not {', '.join(wanted)}",
            "set one revision, or the old and the new one",
        )
    if len(wanted) == 2 and abs(_minor(wanted[0]) - _minor(wanted[1])) > MAX_REVISION_STEP:
        raise _not_allowed(
            f"{wanted[0]} and {wanted[1]} are too far apart", "upgrade to an intermediate revision first"
        )
    _refuse_skipped_step(wanted, running)


def _refuse_ended(revision: str, *, is_new: bool) -> None:
    known = REVISIONS.get(revision)
    if known is None or (known.ended and is_new):
        offered = ", ".join(name for name, item in REVISIONS.items() if not item.ended)
        raise _not_allowed(
            f"Revision {revision} is not supported by the service mesh add-on",
            f"use one of {offered}." + (f" Its support ended in {known.ends}" if known else ""),
        )


def _refuse_version(revision: str, version: str) -> None:
    if version not in REVISIONS[revision].kubernetes:
        raise _not_allowed(
            f"Revision {revision} is not compatible with cluster version {version}",
            f"it supports {', '.join(REVISIONS[revision].kubernetes)}; upgrade the mesh before the cluster",
        )


def _refuse_skipped_step(wanted: list[str], running: list[str]) -> None:
    """Requires both revisions between the old and the new one, so that pods can move."""
    if not running or set(wanted) <= set(running):
        return
    if len(running) == 1 and len(wanted) == 2 and running[0] in wanted:
        return
    raise _not_allowed(
        f"A mesh cannot go from {' and '.join(running)} to {' and '.join(wanted)}",
        f"set {running[0]} and the new revision together, move the pods, then remove the old one",
    )


def _minor(revision: str) -> int:
    number = revision.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _not_allowed(reason: str, remediation: str) -> Refused:
    """The add-on's error (github.com/MicrosoftDocs/azure-docs/issues/120606)."""
    return Refused("BadRequest", f"Requested change in revisions is not allowed. Reason: {reason}.", remediation)
