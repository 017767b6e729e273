"""Kubernetes versions that AKS offers, and the version changes that it allows.

Source: AKS's supported-versions calendar and release notes, as of 2026-11.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.protocol.provider import Refused

LATEST_PATCH: Final = {"1.35": "1.35.6", "1.36": "1.36.2", "1.37": "1.37.0"}
"""Newest patch by minor version. A version without a patch resolves to it."""
DEFAULT_VERSION: Final = "1.36"
NEWEST_RETIRED: Final = "1.30"
"""The newest minor version that AKS no longer offers, not even with long-term support."""


def numbers(version: str) -> tuple[int, ...]:
    """`1.36.2` as a comparable tuple."""
    return tuple(int(part) for part in version.split("."))


def minor(version: str) -> str:
    """`1.36` of `1.36.2`."""
    return ".".join(version.split(".")[:2])


def check_offer(request: Request, version: str) -> None:
    """Refuses malformed and retired versions; warns about versions that `LATEST_PATCH` lacks."""
    parts = version.split(".")
    is_version = len(parts) in (2, 3) and all(part.isdigit() for part in parts)
    if not is_version or numbers(version)[:2] <= numbers(NEWEST_RETIRED):
        raise Refused(
            "K8sVersionNotSupported",
            f"Managed cluster is on version {version}, which is not supported in this region. Please use [az aks "
            "get-versions] command to get the supported version list in this region. Supported: "
            f"{', '.join(LATEST_PATCH.values())}.",
            f"use one of {', '.join(LATEST_PATCH)}",
        )
    newest = LATEST_PATCH.get(minor(version))
    if newest is None or numbers(version) > numbers(newest):
        request.warn_unknown("Kubernetes version", version)


def resolve(version: str, current: str | None = None) -> str:
    """The full version for a request of `1.36` or `1.36.1`. A minor version keeps the running patch.

    An unknown minor version resolves to its first patch.
    """
    if len(numbers(version)) == 3:
        return version
    return current if current is not None and minor(current) == version else LATEST_PATCH.get(version, f"{version}.0")


def refuse_change(before: str, after: str) -> None:
    """Refuses downgrades, and upgrades that skip a minor version. Both arguments are full versions."""
    step = numbers(after)[1] - numbers(before)[1]
    if numbers(after) < numbers(before) or step > 1:
        upgrades = [
            item for item in LATEST_PATCH.values() if 0 <= numbers(item)[1] - numbers(before)[1] <= 1 and item != before
        ]
        raise Refused(
            "OperationNotAllowed",
            f"Upgrading Kubernetes version {before} to {after} is not allowed. Available upgrades: "
            f"[{' '.join(upgrades)}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.",
            "upgrade one minor version at a time; downgrades are not possible",
        )


def refuse_newer_pool(pool: str, control_plane: str) -> None:
    """Refuses a pool that is newer than its control plane. Both arguments are full versions."""
    if numbers(pool) <= numbers(control_plane):
        return
    detail = (
        f"Minor version of node pool version {numbers(pool)[1]} is bigger than control plane version "
        f"{numbers(control_plane)[1]}."
        if numbers(pool)[1] > numbers(control_plane)[1]
        else "Patch version of node pool version is bigger than control plane version."
    )
    raise Refused(
        "NodePoolMcVersionIncompatible",
        f"Node pool version {pool} and control plane version {control_plane} are incompatible. {detail} For more "
        "information, please check https://aka.ms/aks/UpgradeVersionRules",
        "upgrade the control plane first",
    )
