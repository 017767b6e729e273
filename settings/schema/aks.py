"""The cluster: version, access, pools, upgrades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Cidrs, Duration, GenerationName, Guid, PoolName, Section, Zones, refuse
from settings.schema.vm_sizes import VM_SIZES, VmSize

LARGEST_PREFIX_LENGTH = 28
"""A /28 with 16 addresses is the largest public prefix that Azure offers (learn.microsoft.com/azure/virtual-network/
ip-services/public-ip-address-prefix).
"""
SMALLEST_PREFIX_LENGTH = 30
"""The four addresses of a /30 hold two generations of one node and the surge node."""

MEDIA_SURGE_NODES = 1
"""Extra nodes during an upgrade of a media pool. Each needs an address of the prefix."""


def prefix_addresses(prefix_length: int) -> int:
    """Returns the number of addresses of a public prefix. Nodes can have all of them."""
    return 2 ** (32 - prefix_length)


def prefix_nodes(prefix_length: int) -> int:
    """Returns the most nodes of a media pool per zone and generation: two generations and the surge share a prefix."""
    return (prefix_addresses(prefix_length) - MEDIA_SURGE_NODES) // 2


MOST_MEDIA_NODES = prefix_nodes(LARGEST_PREFIX_LENGTH)
"""Maximum nodes of a media pool per zone and generation, with the largest prefix."""


def _known_size(value: str) -> str:
    if value not in VM_SIZES:
        family = value.rsplit("_", 1)[-1]
        near = [name for name in VM_SIZES if name.endswith(f"_{family}")] or ["Standard_D4s_v5", "Standard_D8s_v5"]
        raise refuse(
            "unknown-vm-size",
            "a size of settings/schema/vm_sizes.py, such as " + ", ".join(near[:4]),
            "Use one of these, or add the family to settings/schema/vm_sizes.py if Azure offers it in your region.",
        )
    return value


VmSizeName = Annotated[str, AfterValidator(_known_size)]


class OsDisk(Section):
    """Operating-system disk of a node."""

    gib: Annotated[int, Field(ge=30, le=2048)] = 128
    """Size, GiB."""
    type: Literal["Managed", "Ephemeral"] = "Managed"
    """`Ephemeral` uses the temporary disk of the VM size, which must be at least as large."""


class Generation(Section):
    """One set of nodes of a pool. A change that Azure cannot make in place requires a new generation."""

    name: GenerationName
    """One or two letters, unique in the pool."""
    vm_size: VmSizeName
    """Azure VM size."""
    os_disk: OsDisk = OsDisk()
    state: Literal["active", "retiring"] = "active"
    """`retiring`: the nodes accept no new pods, and the pool shrinks to 0 as calls end. Then remove the generation."""

    @property
    def size(self) -> VmSize:
        return VM_SIZES[self.vm_size]


def _unique_generations(values: tuple[Generation, ...]) -> tuple[Generation, ...]:
    names = [generation.name for generation in values]
    if len(set(names)) != len(names):
        raise refuse("repeated-generation", "generations with different names", "Give each generation its own name.")
    if not any(generation.state == "active" for generation in values):
        raise refuse(
            "no-active-generation",
            "at least one generation with `state: active`",
            "Add the new generation first, and retire the old one when the new one is ready.",
        )
    return values


Generations = Annotated[tuple[Generation, ...], Field(min_length=1), AfterValidator(_unique_generations)]


class SystemPool(Section):
    """The system pool, which is part of the cluster resource. It runs only the system pods of Kubernetes."""

    vm_size: VmSizeName
    """Azure VM size."""
    min_nodes: Annotated[int, Field(ge=1, le=100)]
    """Minimum number of nodes."""
    max_nodes: Annotated[int, Field(ge=1, le=100)]
    """Maximum number of nodes."""
    os_disk: OsDisk = OsDisk()


class MediaPool(Section):
    """A pool whose nodes have public addresses. It has one AKS pool per zone."""

    min_nodes_per_zone: Annotated[int, Field(ge=0, le=MOST_MEDIA_NODES)]
    """Minimum number of nodes per zone."""
    max_nodes_per_zone: Annotated[int, Field(ge=1, le=MOST_MEDIA_NODES)]
    """Maximum number of nodes per zone and generation. Two generations and a surge node must fit the addresses of the
    zone's prefix.
    """
    prefix_length: Annotated[int, Field(ge=LARGEST_PREFIX_LENGTH, le=SMALLEST_PREFIX_LENGTH)] = LARGEST_PREFIX_LENGTH
    """Length of the public prefix of each zone, 28-30: a /28 has 16 addresses for 7 nodes, a /29 has 8 for 3, a /30 has
    4 for 1. A deployed prefix cannot change its length.
    """
    generations: Generations


class WorkloadPool(Section):
    """A pool with private addresses, distributed over the cluster's zones."""

    min_nodes: Annotated[int, Field(ge=0, le=1000)]
    """Minimum number of nodes."""
    max_nodes: Annotated[int, Field(ge=1, le=1000)]
    """Maximum number of nodes per generation."""
    generations: Generations
    dedicated: bool = False
    """Taints the pool with `<name>=true:NoSchedule`, so that only pods with the toleration run on it."""
    spot: bool = False
    """Uses spot nodes, which cost less and which Azure can evict at any time. Not for pools that carry calls."""


class ApiServer(Section):
    """Access to the Kubernetes API."""

    access: Literal["authorizedRanges", "private"] = "authorizedRanges"
    """`authorizedRanges`: a public address that accepts the listed ranges, the deployer and the cluster itself;
    `private`: a private address.
    """
    authorized_cidrs: Cidrs = ()
    """Authorized ranges in addition to `deployer.egressCidrs`."""


class Autoscaler(Section):
    """The cluster autoscaler. These settings apply to all pools."""

    scale_down_delay_after_add: Duration = "10m"
    """Delay after the addition of a node until the autoscaler considers the removal of nodes, such as 10m."""
    scale_down_unneeded_time: Duration = "10m"
    """Time that a node must be underutilized before its removal, such as 10m."""
    scale_down_utilization_threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """A node is underutilized below this share (0-1) of requested CPU and memory."""
    scan_interval: Duration = "10s"
    """Interval between scans, such as 10s."""


class MaintenanceWindow(Section):
    """A weekly window."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    """Day of the week."""
    start: Annotated[
        str,
        StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        Field(json_schema_extra={"x-expected": 'a time of day in quotes, such as "02:00"'}),
    ]
    """Start, HH:MM in the time zone of `utcOffset`."""
    hours: Annotated[int, Field(ge=4, le=24)] = 6
    """Length, hours. Azure requires at least 4."""


class Maintenance(Section):
    """Maintenance windows of the cluster."""

    utc_offset: Annotated[
        str,
        StringConstraints(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$"),
        Field(json_schema_extra={"x-expected": 'an offset in quotes, such as "+00:00" or "-05:00"'}),
    ] = "+00:00"
    """UTC offset of all windows, such as "+00:00"."""
    releases: MaintenanceWindow = MaintenanceWindow(day="Tuesday", start="02:00")
    """Window for AKS's weekly releases."""
    upgrades: MaintenanceWindow = MaintenanceWindow(day="Saturday", start="22:00", hours=12)
    """Window for upgrades by `upgradeChannel`."""
    node_images: MaintenanceWindow = MaintenanceWindow(day="Sunday", start="10:00", hours=12)
    """Window for node images by `nodeOsUpgradeChannel`."""


class AksSettings(Section):
    """The Kubernetes cluster of the region."""

    kubernetes_version: Literal["1.35", "1.36", "1.37"] = "1.36"
    """Minor version, in quotes. `upgradeChannel` determines the patches."""
    tier: Literal["Free", "Standard", "Premium"]
    """Tier of the control plane: `Standard` adds the uptime SLA, `Premium` also long-term support."""
    long_term_support: bool = False
    """One more year of support for the minor version. Requires tier Premium."""
    api_server: ApiServer = ApiServer()
    kubernetes_objects: bool = True
    """Declares the objects in the cluster. `false` is the first step with a private API server: the stack deploys
    everything in Azure and does not use the Kubernetes API.
    """
    local_accounts: bool = False
    """Certificate users in addition to Entra. Class `production` refuses them."""
    admin_group_object_ids: tuple[Guid, ...] = ()
    """Object ids of Entra groups whose members administer the cluster."""
    upgrade_channel: Literal["none", "patch"] = "patch"
    """`patch`: AKS installs patches of the minor version. For a new minor version, change `kubernetesVersion`."""
    node_os_upgrade_channel: Literal["None", "SecurityPatch", "NodeImage"] = "SecurityPatch"
    """Updates of the nodes' operating system. `SecurityPatch` reimages the nodes least often."""
    node_soak_minutes: Annotated[int, Field(ge=0, le=30)] = 5
    """Wait after the upgrade of each node, minutes."""
    maintenance: Maintenance = Maintenance()
    autoscaler: Autoscaler = Autoscaler()
    image_cleaner_hours: Annotated[int, Field(ge=24, le=2160)] = 168
    """Interval between removals of unused images, hours."""
    secret_rotation_minutes: Annotated[int, Field(ge=1, le=1440)] = 2
    """Interval between updates of mounted secrets from the vault, minutes."""
    zones: Zones
    """Availability zones. A media pool has one AKS pool and one public prefix per zone."""
    system_pool: SystemPool
    media_pools: Mapping[Literal["livekit", "sip"], MediaPool]
    """The pools of LiveKit and FreeSWITCH."""
    pools: Mapping[PoolName, WorkloadPool]
    """All other pools. `agents` and `api` are required."""

    def generations(self) -> Iterator[tuple[str, MediaPool | WorkloadPool, Generation]]:
        """Yields the generations of all pools except the system pool, in the order of the stack file."""
        for name, pool in (*self.media_pools.items(), *self.pools.items()):
            for generation in pool.generations:
                yield name, pool, generation
