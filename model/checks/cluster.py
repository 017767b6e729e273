"""Rules for the cluster and its node pools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.address_plan import NODE_SUBNETS, Subnet, region_plan
from model.checks.rules import Rules
from model.pools import CALL_POOLS, MEDIA_POOLS, POOLS, SYSTEM_POOL, media_pool_named
from model.private_dns import kubernetes_api_zone
from settings.schema.aks import (
    MEDIA_SURGE_NODES,
    Generation,
    MediaPool,
    OsDisk,
    WorkloadPool,
    prefix_addresses,
    prefix_nodes,
)
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem
from settings.schema.vm_sizes import VM_SIZES


def _api_server_admits_the_deployer(settings: AksStackSettings) -> Iterator[Problem]:
    server = settings.aks.api_server
    if server.access == "private":
        if server.authorized_cidrs:
            yield Problem(
                "private-api-server-with-ranges",
                "voice:aks.apiServer.authorizedCidrs",
                list(server.authorized_cidrs),
                "no ranges, because `access` is `private` and a private API server has no public address",
                "Remove the ranges, or set `access` to `authorizedRanges`.",
            )
        if settings.aks.kubernetes_objects and not settings.deployer.private_network:
            zone = kubernetes_api_zone(settings.this_region.location)
            yield Problem(
                "deployer-without-path",
                "voice:deployer.privateNetwork",
                False,
                "true, because `voice:aks.apiServer.access` is `private` and only the region's network, and networks"
                f" that are peered with it and linked to its zone {zone}, reach the API server",
                "For a first deployment, set `voice:aks.kubernetesObjects` and `voice:workloads.enabled` to false and"
                " run `pulumi up`. Then run Pulumi on a virtual machine in the subnet `runners`, with this setting"
                " true (docs/deploy.md).",
            )
        return
    if not settings.deployer.egress_cidrs:
        yield Problem(
            "deployer-locked-out",
            "voice:deployer.egressCidrs",
            None,
            "at least one public range, because `voice:aks.apiServer.access` is `authorizedRanges`",
            "Add the address from which you deploy, such as 198.51.100.7/32. Without it, the API server refuses you.",
        )


def _production_is_not_weakened(settings: AksStackSettings) -> Iterator[Problem]:
    if settings.stack_class != "production":
        return
    if settings.aks.local_accounts:
        yield Problem(
            "local-accounts-in-production",
            "voice:aks.localAccounts",
            True,
            "false in class `production`, because certificate users share one identity and cannot be revoked",
            "Remove the setting, and sign in through Entra.",
        )
    if settings.aks.tier == "Free":
        yield Problem(
            "free-tier-in-production",
            "voice:aks.tier",
            "Free",
            "Standard or Premium in class `production`, because Free has no uptime SLA and a low API request limit",
            "Remove the setting, or set it to `Standard`.",
        )


def _long_term_support_has_its_tier(settings: AksStackSettings) -> Iterator[Problem]:
    if settings.aks.long_term_support and settings.aks.tier != "Premium":
        yield Problem(
            "long-term-support-without-premium",
            "voice:aks.longTermSupport",
            True,
            f"false, because `voice:aks.tier` is `{settings.aks.tier}` and only `Premium` includes long-term support",
            "Set the tier to `Premium`, or remove `longTermSupport`.",
        )


def _pools_are_complete(settings: AksStackSettings) -> Iterator[Problem]:
    aks = settings.aks
    for name in (pool.name for pool in MEDIA_POOLS):
        if name not in aks.media_pools:
            path = f"voice:aks.mediaPools.{name}"
            yield Problem("media-pool-missing", path, None, "a media pool", f"Add the pool `{name}`.")
    for name in (pool.name for pool in POOLS if not pool.media):
        if name not in aks.pools:
            yield Problem("pool-missing", f"voice:aks.pools.{name}", None, "a pool", f"Add the pool `{name}`.")
    for name in aks.pools:
        if name in (*aks.media_pools, SYSTEM_POOL):
            yield Problem(
                "pool-name-taken",
                f"voice:aks.pools.{name}",
                name,
                "a name that no other pool has",
                "Rename the pool. The names livekit, sip and system are reserved.",
                wrong="has the name of another pool",
            )
    taken: dict[str, str] = {}
    for name, pool, generation in aks.generations():
        path = _generation_path(name, pool, generation)
        azure_name = name + generation.name
        if azure_name in taken:
            yield Problem(
                "pool-name-conflict",
                f"{path}.name",
                generation.name,
                f"a name with which pool and generation do not form `{azure_name}`, as in `{taken[azure_name]}`",
                "Rename the generation.",
            )
        taken[azure_name] = path


def _pools_fit(settings: AksStackSettings) -> Iterator[Problem]:
    aks = settings.aks
    bounds = [("voice:aks.systemPool", "", aks.system_pool.min_nodes, aks.system_pool.max_nodes)]
    for name, media in aks.media_pools.items():
        bounds.append((f"voice:aks.mediaPools.{name}", "PerZone", media.min_nodes_per_zone, media.max_nodes_per_zone))
    for name, pool in aks.pools.items():
        bounds.append((f"voice:aks.pools.{name}", "", pool.min_nodes, pool.max_nodes))
        if pool.spot and name in CALL_POOLS:
            yield Problem(
                "spot-pool-with-calls",
                f"voice:aks.pools.{name}.spot",
                True,
                "false, because Azure evicts spot nodes with 30 seconds' notice and their calls end",
                "Remove the setting. Use spot nodes for work that can be interrupted.",
            )
    for path, suffix, min_count, max_count in bounds:
        if min_count > max_count:
            yield Problem(
                "min-above-max",
                f"{path}.minNodes{suffix}",
                min_count,
                f"at most `maxNodes{suffix}` ({max_count})",
                "Lower the minimum, or raise the maximum.",
            )
    yield from _media_nodes_have_public_addresses(settings)
    yield from _nodes_have_addresses(settings)


def _media_nodes_have_public_addresses(settings: AksStackSettings) -> Iterator[Problem]:
    """Two generations and the surge node of an upgrade take their addresses from one prefix."""
    for name, pool in settings.aks.media_pools.items():
        needed, addresses = 2 * pool.max_nodes_per_zone + MEDIA_SURGE_NODES, prefix_addresses(pool.prefix_length)
        if needed > addresses:
            yield Problem(
                "prefix-too-small",
                f"voice:aks.mediaPools.{name}.prefixLength",
                pool.prefix_length,
                f"a prefix with at least {needed} addresses: two generations of up to {pool.max_nodes_per_zone} nodes"
                f" and {MEDIA_SURGE_NODES} surge node",
                f"Lower `maxNodesPerZone` to {prefix_nodes(pool.prefix_length)}, or use a larger prefix if the pool is"
                " not deployed yet.",
                wrong=f"is {pool.prefix_length}, a prefix of {addresses} addresses",
            )


def _nodes_have_addresses(settings: AksStackSettings) -> Iterator[Problem]:
    """Counts twice the maximum of each pool, which covers a second generation and every surge."""
    aks, plan = settings.aks, region_plan(settings.this_region)
    nodes: dict[Subnet, int] = dict.fromkeys(NODE_SUBNETS, 0)
    nodes[Subnet.SYSTEM] = 2 * aks.system_pool.max_nodes
    for name, media in aks.media_pools.items():
        nodes[media_pool_named(name).subnet] = 2 * media.max_nodes_per_zone * len(aks.zones)
    nodes[Subnet.WORKLOAD] = sum(2 * pool.max_nodes for pool in aks.pools.values())
    for subnet, needed in nodes.items():
        if needed > plan.usable_addresses(subnet):
            yield Problem(
                "subnet-too-small",
                "voice:aks.pools" if subnet is Subnet.WORKLOAD else "voice:aks.systemPool.maxNodes",
                needed,
                f"at most {plan.usable_addresses(subnet)} nodes, the usable addresses of subnet {subnet}",
                "Lower `maxNodes` of the pools.",
                wrong=f"allows up to {needed} nodes, including a second generation",
            )
    if sum(nodes.values()) > plan.pod_range_nodes():
        yield Problem(
            "pod-range-too-small",
            "voice:aks.pools",
            sum(nodes.values()),
            f"at most {plan.pod_range_nodes()} nodes, because each node uses a /24 of the pod range {plan.pods}",
            "Lower `maxNodes` of the pools.",
            wrong=f"allows, together with all other pools, up to {sum(nodes.values())} nodes, including a second"
            " generation",
        )


def _ephemeral_disks_fit(settings: AksStackSettings) -> Iterator[Problem]:
    aks = settings.aks
    disks: list[tuple[str, str, OsDisk]] = [("voice:aks.systemPool", aks.system_pool.vm_size, aks.system_pool.os_disk)]
    for name, pool, generation in aks.generations():
        disks.append((_generation_path(name, pool, generation), generation.vm_size, generation.os_disk))
    for path, size, disk in disks:
        room = VM_SIZES[size].temporary_disk_gib
        if disk.type == "Ephemeral" and disk.gib > room:
            yield Problem(
                "ephemeral-disk-too-large",
                f"{path}.osDisk.gib",
                disk.gib,
                f"at most {room} GiB, the temporary disk of {size}"
                if room
                else f"`type: Managed`, because {size} has no temporary disk",
                "Use a size with `d` in its name, such as Standard_D8ds_v5, a smaller disk, or `type: Managed`.",
            )


def _generation_path(name: str, pool: MediaPool | WorkloadPool, generation: Generation) -> str:
    group = "mediaPools" if isinstance(pool, MediaPool) else "pools"
    return f"voice:aks.{group}.{name}.generations[{pool.generations.index(generation)}]"


CLUSTER_RULES: Final[Rules[AksStackSettings]] = {
    "api server admits the deployer": _api_server_admits_the_deployer,
    "production is not weakened": _production_is_not_weakened,
    "long term support has its tier": _long_term_support_has_its_tier,
    "pools are complete": _pools_are_complete,
    "pools fit": _pools_fit,
    "ephemeral disks fit": _ephemeral_disks_fit,
}
