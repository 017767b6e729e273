"""Rules for the node settings of a pool: taints, labels, kubelet, sysctls, upgrades.

Sources: AKS documentation of node pools (taints, labels, upgrade options) and
learn.microsoft.com/azure/aks/custom-node-configuration-reference.
"""

from __future__ import annotations

import re
from typing import Any, Final

from azure_rehearsal.azure.core.rules import Request, get_path
from azure_rehearsal.azure.services.containerservice.common import invalid
from azure_rehearsal.protocol.provider import Refused

RESERVED_LABEL_PREFIX: Final = "kubernetes.azure.com/"
SYSTEM_TAINT: Final = "CriticalAddonsOnly=true:NoSchedule"
MIN_DRAIN_MINUTES: Final = 5
SYSCTL_RANGES: Final = {
    "fsAioMaxNr": range(65536, 6553501),
    "fsFileMax": range(8192, 9223372036854775808),
    "fsInotifyMaxUserWatches": range(781250, 2097153),
    "fsNrOpen": range(8192, 20000501),
    "kernelThreadsMax": range(20, 513786),
    "netCoreNetdevMaxBacklog": range(1000, 3240001),
    "netCoreOptmemMax": range(20480, 4194305),
    "netCoreRmemMax": range(212992, 134217729),
    "netCoreRmemDefault": range(212992, 134217729),
    "netCoreSomaxconn": range(4096, 3240001),
    "netCoreWmemDefault": range(212992, 134217729),
    "netCoreWmemMax": range(212992, 134217729),
    "netIpv4TcpMaxSynBacklog": range(128, 3240001),
    "netIpv4TcpMaxTwBuckets": range(8000, 1440001),
    "netIpv4TcpFinTimeout": range(5, 121),
    "netIpv4TcpKeepaliveTime": range(30, 432001),
    "netIpv4TcpKeepaliveProbes": range(1, 16),
    "vmMaxMapCount": range(65530, 262145),
    "vmSwappiness": range(101),
    "vmVfsCachePressure": range(1, 101),
}
LOCAL_PORT_FIRST: Final = range(1024, 61000)
LOCAL_PORT_LAST: Final = range(32768, 65536)

_NAME: Final = r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)"
_KEY: Final = re.compile(rf"([a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?/)?{_NAME}")
_VALUE: Final = re.compile(rf"{_NAME}?")
_TAINT: Final = re.compile(r"(?P<key>[^=:]+)(=(?P<value>[^=:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)")
_SURGE: Final = re.compile(r"\d+|([1-9]\d?|100)%")
_CPU_POLICIES: Final = ("none", "static")
_TOPOLOGY_POLICIES: Final = ("none", "best-effort", "restricted", "single-numa-node")
_UNSAFE_SYSCTL: Final = re.compile(r"(kernel\.shm|kernel\.msg|kernel\.sem|fs\.mqueue\.|net\.).*")


def refuse_taints(request: Request) -> None:
    """Refuses malformed taints, and taints on System pools that system pods do not tolerate."""
    for taint in request.get("nodeTaints", []):
        match = _TAINT.fullmatch(taint)
        if match is None or not _KEY.fullmatch(match["key"]) or not _VALUE.fullmatch(match["value"] or ""):
            raise invalid(
                "agentPoolProfile.nodeTaints",
                f"'{taint}' of pool '{request.name}' is not a taint.",
                "use key=value:Effect with effect NoSchedule, PreferNoSchedule or NoExecute",
            )
        is_soft = taint.endswith(":PreferNoSchedule")
        if request.get("mode") == "System" and taint != SYSTEM_TAINT and not is_soft:
            raise Refused(
                "SystemPoolHasRestrictedTaint",
                f"Agent pool '{request.name}' has mode System and the taint '{taint}', which system pods do not "
                "tolerate.",
                f"use only {SYSTEM_TAINT} on System pools; run the workload on a User pool",
            )


def refuse_labels(request: Request) -> None:
    """Refuses malformed labels, and labels with Azure's prefix."""
    for key, value in request.get("nodeLabels", {}).items():
        if key.startswith(RESERVED_LABEL_PREFIX):
            raise Refused(
                "NodeLabelKeyNotAllowed",
                f"Label key '{key}' of agent pool '{request.name}' is not allowed: the prefix {RESERVED_LABEL_PREFIX} "
                "is reserved.",
                "use another prefix",
            )
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(str(value)):
            raise invalid(
                "agentPoolProfile.nodeLabels",
                f"'{key}={value}' of pool '{request.name}' is not a Kubernetes label.",
                "use up to 63 letters, digits, '-', '_' and '.', with an optional DNS prefix",
            )


def refuse_upgrade_settings(request: Request) -> None:
    """Refuses upgrade settings that prevent progress, and drain timeouts below five minutes."""
    surge = get_path(request.inputs, "upgradeSettings.maxSurge")
    unavailable = get_path(request.inputs, "upgradeSettings.maxUnavailable")
    for key, value in (("maxSurge", surge), ("maxUnavailable", unavailable)):
        if value is not None and not _SURGE.fullmatch(str(value)):
            raise invalid(
                f"agentPoolProfile.upgradeSettings.{key}",
                f"'{value}' of pool '{request.name}' is neither a number nor a percentage.",
                "use a value such as '1' or '33%'",
            )
    if request.get("scaleSetPriority") == "Spot" and surge is not None:
        raise invalid(  # quoted from Azure in terraform-provider-azurerm#19355
            "agentPoolProfile.upgradeSettings.maxSurge",
            f"pool '{request.name}' has scaleSetPriority Spot, which does not support maxSurge.",
            "remove maxSurge from Spot pools",
        )
    has_unavailable = unavailable not in (None, "0", "0%")
    if has_unavailable and request.get("mode") == "System":
        raise invalid(
            "agentPoolProfile.upgradeSettings.maxUnavailable",
            f"pool '{request.name}' has mode System, which does not support maxUnavailable.",
            "use maxSurge on system pools",
        )
    if has_unavailable and surge not in ("0", "0%"):
        raise invalid(
            "agentPoolProfile.upgradeSettings.maxSurge",
            f"pool '{request.name}' sets maxUnavailable {unavailable} and maxSurge {surge}.",
            "set maxSurge to '0' together with maxUnavailable",
        )
    if surge in ("0", "0%") and not has_unavailable:
        raise invalid(
            "agentPoolProfile.upgradeSettings.maxSurge",
            f"pool '{request.name}' sets maxSurge 0 without maxUnavailable, so an upgrade could not replace any node.",
            "set maxSurge to at least '1'",
        )
    drain = get_path(request.inputs, "upgradeSettings.drainTimeoutInMinutes")
    if drain is not None and drain < MIN_DRAIN_MINUTES:
        raise invalid(
            "agentPoolProfile.upgradeSettings.drainTimeoutInMinutes",
            f"pool '{request.name}' has {drain} minutes.",
            f"use {MIN_DRAIN_MINUTES} to 1440 minutes",
        )


def refuse_kubelet_config(request: Request) -> None:
    """Refuses unknown kubelet policies, and unsafe sysctls that AKS does not allow."""
    config: dict[str, Any] = request.get("kubeletConfig", {})
    for key, allowed in (("cpuManagerPolicy", _CPU_POLICIES), ("topologyManagerPolicy", _TOPOLOGY_POLICIES)):
        if config.get(key) is not None and config[key] not in allowed:
            raise Refused(
                "InvalidCustomKubeletConfig",
                f"CustomKubeletConfig.{key} of agent pool '{request.name}' is '{config[key]}'. Allowed: "
                f"{', '.join(allowed)}.",
                "use one of these policies",
            )
    for sysctl in config.get("allowedUnsafeSysctls") or []:
        if not _UNSAFE_SYSCTL.fullmatch(sysctl):
            raise Refused(
                "InvalidCustomKubeletConfig",
                f"CustomKubeletConfig.allowedUnsafeSysctls of agent pool '{request.name}' has '{sysctl}'. Allowed: "
                "kernel.shm*, kernel.msg*, kernel.sem, fs.mqueue.*, net.*.",
                "remove this sysctl",
            )


def refuse_sysctls(request: Request) -> None:
    """Refuses kernel settings outside AKS's ranges."""
    sysctls: dict[str, Any] = request.get("linuxOSConfig.sysctls", {})
    for key, value in sysctls.items():
        allowed = SYSCTL_RANGES.get(key)
        if allowed is not None and isinstance(value, int) and value not in allowed:
            raise Refused(
                "InvalidCustomLinuxOSConfig",
                f"CustomLinuxOSConfig.sysctls.{key} of agent pool '{request.name}' is {value}. Allowed: "
                f"{allowed.start} to {allowed.stop - 1}.",
                "choose a value in the range",
            )
    ports = sysctls.get("netIpv4IpLocalPortRange")
    if ports is not None:
        bounds = [int(part) for part in str(ports).split() if part.isdigit()]
        if len(bounds) != 2 or bounds[0] not in LOCAL_PORT_FIRST or bounds[1] not in LOCAL_PORT_LAST:
            raise Refused(
                "InvalidCustomLinuxOSConfig",
                f"CustomLinuxOSConfig.sysctls.netIpv4IpLocalPortRange of agent pool '{request.name}' is '{ports}'. "
                "The first port must be in 1024-60999, the last in 32768-65535.",
                "use a range such as '32768 60999'",
            )


NODE_RULES: Final = (refuse_taints, refuse_labels, refuse_upgrade_settings, refuse_kubelet_config, refuse_sysctls)
