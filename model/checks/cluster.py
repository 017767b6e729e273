"""Rules for the cluster and its node pools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.address_plan import NODE_SUBNETS, Subnet, region_plan
from model.checks.rules import ANYWHERE, Rules
from model.pools import CALL_POOLS, MEDIA_POOLS, POOLS, SYSTEM_POOL, media_pool_named
from settings.schema.aks import Generation, MediaPool, OsDisk, WorkloadPool
from settings.schema.errors import Problem
from settings.schema.stack import Settings
from settings.schema.vm_sizes import VM_SIZES


def _api_server_lets_the_deployer_in(settings: Settings) -> Iterator[Problem]:
    server = settings.aks.api_server
    if server.access == "private":
        if server.authorized_cidrs:
            yield Problem(
                "voice:aks.apiServer.authorizedCidrs",
                list(server.authorized_cidrs),
                "nothing while access is private: a private API server has no public address to authorise",
                "remove the ranges, or set access: authorizedRanges.",
            )
        return
    if not settings.deployer.egress_cidrs:
        yield Problem(
            "voice:deployer.egressCidrs",
            None,
            "at least one public range while voice:aks.apiServer.access is authorizedRanges",
            "add the address that you deploy from, such as 198.51.100.7/32; without it the cluster locks you out.",
        )
    open_to_all = {
        "voice:deployer.egressCidrs": settings.deployer.egress_cidrs,
        "voice:aks.apiServer.authorizedCidrs": server.authorized_cidrs,
    }
    for path, cidrs in open_to_all.items():
        if settings.stack_class == "production" and ANYWHERE in cidrs:
            yield Problem(
                path,
                ANYWHERE,
                "named ranges: in class production the Kubernetes API is never open to the internet",
                "list the addresses of your offices and runners, or set voice:aks.apiServer.access to private.",
            )


def _production_is_not_weakened(settings: Settings) -> Iterator[Problem]:
    if settings.stack_class != "production":
        return
    if settings.aks.local_accounts:
        yield Problem(
            "voice:aks.localAccounts",
            True,
            "false in class production: certificate users cannot be told apart or revoked",
            "remove the setting and sign in through Entra.",
        )
    if settings.aks.tier == "Free":
        yield Problem(
            "voice:aks.tier",
            "Free",
            "Standard or Premium in class production: Free has no uptime agreement and few API requests",
            "remove the setting, or set it to Standard.",
        )


def _long_term_support_has_its_tier(settings: Settings) -> Iterator[Problem]:
    if settings.aks.long_term_support and settings.aks.tier != "Premium":
        yield Problem(
            "voice:aks.longTermSupport",
            True,
            "true only with voice:aks.tier Premium",
            "set the tier to Premium, or remove longTermSupport.",
        )


def _pools_are_complete(settings: Settings) -> Iterator[Problem]:
    aks = settings.aks
    for name in (pool.name for pool in MEDIA_POOLS):
        if name not in aks.media_pools:
            yield Problem(
                f"voice:aks.mediaPools.{name}",
                None,
                "a media pool",
                f"add the pool {name}: calls need both media pools.",
            )
    for name in (pool.name for pool in POOLS if not pool.media):
        if name not in aks.pools:
            yield Problem(
                f"voice:aks.pools.{name}", None, "a pool", f"add the pool {name}: workloads select it by name."
            )
    for name in aks.pools:
        if name in (*aks.media_pools, SYSTEM_POOL):
            yield Problem(
                f"voice:aks.pools.{name}",
                name,
                "a name that no other pool has",
                "rename the pool; livekit, sip and system are taken.",
            )
    taken: dict[str, str] = {}
    for name, pool, generation in aks.generations():
        path = _generation_path(name, pool, generation)
        azure_name = name + generation.name
        if azure_name in taken:
            yield Problem(
                f"{path}.name",
                generation.name,
                f"a name that does not make {azure_name!r}, as {taken[azure_name]} does",
                "rename it.",
            )
        taken[azure_name] = path


def _pools_fit(settings: Settings) -> Iterator[Problem]:
    aks = settings.aks
    bounds = [("voice:aks.systemPool", "", aks.system_pool.min_nodes, aks.system_pool.max_nodes)]
    for name, media in aks.media_pools.items():
        bounds.append((f"voice:aks.mediaPools.{name}", "PerZone", media.min_nodes_per_zone, media.max_nodes_per_zone))
    for name, pool in aks.pools.items():
        bounds.append((f"voice:aks.pools.{name}", "", pool.min_nodes, pool.max_nodes))
        if pool.spot and name in CALL_POOLS:
            yield Problem(
                f"voice:aks.pools.{name}.spot",
                True,
                "false: Azure takes spot nodes back within 30 seconds, calls and all",
                "remove the setting; spot is for work that may be interrupted.",
            )
    for path, suffix, fewest, most in bounds:
        if fewest > most:
            yield Problem(
                f"{path}.minNodes{suffix}",
                fewest,
                f"at most maxNodes{suffix} ({most})",
                "lower the minimum or raise the maximum.",
            )
    yield from _nodes_have_addresses(settings)


def _nodes_have_addresses(settings: Settings) -> Iterator[Problem]:
    """Twice the maximum of each pool covers a second generation and every surge."""
    aks, plan = settings.aks, region_plan(settings.this_region)
    nodes: dict[Subnet, int] = dict.fromkeys(NODE_SUBNETS, 0)
    nodes[Subnet.SYSTEM] = 2 * aks.system_pool.max_nodes
    for name, media in aks.media_pools.items():
        nodes[media_pool_named(name).subnet] = 2 * media.max_nodes_per_zone * len(aks.zones)
    nodes[Subnet.WORKLOAD] = sum(2 * pool.max_nodes for pool in aks.pools.values())
    for subnet, needed in nodes.items():
        if needed > plan.usable_addresses(subnet):
            yield Problem(
                "voice:aks.pools" if subnet is Subnet.WORKLOAD else "voice:aks.systemPool.maxNodes",
                needed,
                f"what subnet {subnet} holds: {plan.usable_addresses(subnet)}",
                "lower maxNodes of the pools.",
                wrong=f"may grow to {needed} nodes, a second generation counted",
            )
    if sum(nodes.values()) > plan.pod_range_nodes():
        yield Problem(
            "voice:aks.pools",
            sum(nodes.values()),
            f"what the pod range {plan.pods} holds, a /24 for each node: {plan.pod_range_nodes()}",
            "lower maxNodes of the pools.",
            wrong=f"may grow to {sum(nodes.values())} nodes, a second generation and all other pools counted",
        )


def _ephemeral_disks_fit(settings: Settings) -> Iterator[Problem]:
    aks = settings.aks
    disks: list[tuple[str, str, OsDisk]] = [("voice:aks.systemPool", aks.system_pool.vm_size, aks.system_pool.os_disk)]
    for name, pool, generation in aks.generations():
        disks.append((_generation_path(name, pool, generation), generation.vm_size, generation.os_disk))
    for path, size, disk in disks:
        room = VM_SIZES[size].temporary_disk_gib
        if disk.type == "Ephemeral" and disk.gib > room:
            yield Problem(
                f"{path}.osDisk.gib",
                disk.gib,
                f"at most the temporary disk of {size}: {room} GiB"
                if room
                else f"type Managed: {size} has no temporary disk",
                "choose a size with d in its name, such as Standard_D8ds_v5, a smaller disk, or type: Managed.",
            )


def _generation_path(name: str, pool: MediaPool | WorkloadPool, generation: Generation) -> str:
    group = "mediaPools" if isinstance(pool, MediaPool) else "pools"
    return f"voice:aks.{group}.{name}.generations[{pool.generations.index(generation)}]"


CLUSTER_RULES: Final[Rules] = {
    "api server lets the deployer in": _api_server_lets_the_deployer_in,
    "production is not weakened": _production_is_not_weakened,
    "long term support has its tier": _long_term_support_has_its_tier,
    "pools are complete": _pools_are_complete,
    "pools fit": _pools_fit,
    "ephemeral disks fit": _ephemeral_disks_fit,
}
