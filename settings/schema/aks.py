"""The cluster: version, entrances, pools, upgrades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.schema.types import Cidrs, Duration, GenerationName, Guid, PoolName, Section, Zones, refuse
from settings.schema.vm_sizes import VM_SIZES, VmSize

ADDRESSES_PER_PREFIX = 16
"""A /28, the largest prefix of its own addresses that Azure gives out."""

MEDIA_SURGE_NODES = 1
"""Extra nodes while a media pool is upgraded: each needs an address of the prefix."""

MOST_MEDIA_NODES = (ADDRESSES_PER_PREFIX - MEDIA_SURGE_NODES) // 2
"""In each zone and generation: two generations and the surge share a prefix."""


def _known_size(value: str) -> str:
    if value not in VM_SIZES:
        family = value.rsplit("_", 1)[-1]
        near = [name for name in VM_SIZES if name.endswith(f"_{family}")] or ["Standard_D4s_v5", "Standard_D8s_v5"]
        raise refuse(
            "a size of settings/schema/vm_sizes.py, such as " + ", ".join(near[:4]),
            "choose one of these, or add its family to settings/schema/vm_sizes.py if Azure sells it in your region.",
        )
    return value


VmSizeName = Annotated[str, AfterValidator(_known_size)]


class OsDisk(Section):
    """The disk that a node boots from."""

    gib: Annotated[int, Field(ge=30, le=2048)] = 128
    """Size, GiB."""
    type: Literal["Managed", "Ephemeral"] = "Managed"
    """`Ephemeral` lives on the size's temporary disk, which must be as large."""


class Generation(Section):
    """One set of nodes of a pool. What Azure cannot change in place is changed by a new generation."""

    name: GenerationName
    """One or two letters, unique in the pool."""
    vm_size: VmSizeName
    """Azure VM size."""
    os_disk: OsDisk = OsDisk()
    state: Literal["active", "retiring"] = "active"
    """`retiring` takes no new pods and shrinks to nothing as calls end; remove the generation when it is empty."""

    @property
    def size(self) -> VmSize:
        return VM_SIZES[self.vm_size]


def _unique_generations(values: tuple[Generation, ...]) -> tuple[Generation, ...]:
    names = [generation.name for generation in values]
    if len(set(names)) != len(names):
        raise refuse("generations of different names", "give each generation of the pool a name of its own.")
    if not any(generation.state == "active" for generation in values):
        raise refuse(
            "at least one generation in state active",
            "add the new generation first, and retire the old one when the new one is up.",
        )
    return values


Generations = Annotated[tuple[Generation, ...], Field(min_length=1), AfterValidator(_unique_generations)]


class SystemPool(Section):
    """The one pool inside the cluster resource: what Kubernetes itself needs, and nothing of ours."""

    vm_size: VmSizeName
    """Azure VM size."""
    min_nodes: Annotated[int, Field(ge=1, le=100)]
    """Fewest nodes."""
    max_nodes: Annotated[int, Field(ge=1, le=100)]
    """Most nodes."""
    os_disk: OsDisk = OsDisk()


class MediaPool(Section):
    """A pool whose nodes have public addresses, split into one AKS pool for each zone."""

    min_nodes_per_zone: Annotated[int, Field(ge=0, le=MOST_MEDIA_NODES)]
    """Fewest nodes in each zone."""
    max_nodes_per_zone: Annotated[int, Field(ge=1, le=MOST_MEDIA_NODES)]
    """Most nodes in each zone and generation. Two generations and a surge node must fit the 16 addresses of a
    zone's prefix.
    """
    generations: Generations


class WorkloadPool(Section):
    """A pool on private addresses, spread over the cluster's zones."""

    min_nodes: Annotated[int, Field(ge=0, le=1000)]
    """Fewest nodes."""
    max_nodes: Annotated[int, Field(ge=1, le=1000)]
    """Most nodes of each generation."""
    generations: Generations
    dedicated: bool = False
    """Taints the pool `<name>=true:NoSchedule`, so that only pods that ask for it come."""
    spot: bool = False
    """Cheap nodes that Azure may take back at any time; never for calls."""


class ApiServer(Section):
    """Who reaches the Kubernetes API."""

    access: Literal["authorizedRanges", "private"] = "authorizedRanges"
    """`authorizedRanges`: public, for the listed ranges, the deployer and the cluster itself; `private`: inside the
    network only.
    """
    authorized_cidrs: Cidrs = ()
    """Ranges beside those of `deployer.egressCidrs`."""


class Autoscaler(Section):
    """The cluster autoscaler, for all pools alike."""

    scale_down_delay_after_add: Duration = "10m"
    """Rest after a node was added."""
    scale_down_unneeded_time: Duration = "10m"
    """How long a node must be idle."""
    scale_down_utilization_threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """A node below this share of requested CPU or memory is idle."""
    scan_interval: Duration = "10s"
    """How often it looks."""


class MaintenanceWindow(Section):
    """A weekly window."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    """Day of the week."""
    start: Annotated[
        str,
        StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
        Field(json_schema_extra={"x-allowed": 'a time of day in quotes, such as "02:00"'}),
    ]
    """Start, HH:MM at `utcOffset`."""
    hours: Annotated[int, Field(ge=4, le=24)] = 6
    """Length, hours; Azure asks for 4 at least."""


class Maintenance(Section):
    """When Azure may work on the cluster."""

    utc_offset: Annotated[
        str,
        StringConstraints(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$"),
        Field(json_schema_extra={"x-allowed": 'an offset in quotes, such as "+00:00" or "-05:00"'}),
    ] = "+00:00"
    """Offset of all windows from UTC."""
    releases: MaintenanceWindow = MaintenanceWindow(day="Tuesday", start="02:00")
    """AKS's own weekly releases."""
    upgrades: MaintenanceWindow = MaintenanceWindow(day="Saturday", start="22:00", hours=12)
    """Upgrades by `upgradeChannel`."""
    node_images: MaintenanceWindow = MaintenanceWindow(day="Sunday", start="10:00", hours=12)
    """Node images by `nodeOsUpgradeChannel`."""


class AksSettings(Section):
    """The Kubernetes cluster of the region."""

    kubernetes_version: Literal["1.35", "1.36", "1.37"] = "1.36"
    """Minor version, in quotes; patches come by `upgradeChannel`."""
    tier: Literal["Free", "Standard", "Premium"]
    """Control plane: `Standard` has the uptime SLA, `Premium` long-term support as well."""
    long_term_support: bool = False
    """One more year of support for the minor version; needs tier Premium."""
    api_server: ApiServer = ApiServer()
    local_accounts: bool = False
    """Certificate users beside Entra; not in production."""
    admin_group_object_ids: tuple[Guid, ...] = ()
    """Entra groups whose members administer the cluster."""
    upgrade_channel: Literal["none", "patch"] = "patch"
    """Patches of the minor version; a new minor version is a change of `kubernetesVersion`."""
    node_os_upgrade_channel: Literal["None", "SecurityPatch", "NodeImage"] = "SecurityPatch"
    """Updates of the nodes' operating system; SecurityPatch reimages least."""
    node_soak_minutes: Annotated[int, Field(ge=0, le=30)] = 5
    """Rest after each upgraded node, minutes."""
    maintenance: Maintenance = Maintenance()
    autoscaler: Autoscaler = Autoscaler()
    image_cleaner_hours: Annotated[int, Field(ge=24, le=2160)] = 168
    """How often unused images are removed, hours."""
    secret_rotation_minutes: Annotated[int, Field(ge=1, le=1440)] = 2
    """How often mounted secrets are read again from the vault, minutes."""
    zones: Zones
    """Availability zones. Media pools get one AKS pool and one address prefix in each."""
    system_pool: SystemPool
    media_pools: Mapping[Literal["livekit", "sip"], MediaPool]
    """The pools of LiveKit and FreeSWITCH."""
    pools: Mapping[PoolName, WorkloadPool]
    """All other pools; `agents` and `api` must be among them."""

    def generations(self) -> Iterator[tuple[str, MediaPool | WorkloadPool, Generation]]:
        """Every generation of every pool but the system pool, in the order of the stack file."""
        for name, pool in (*self.media_pools.items(), *self.pools.items()):
            for generation in pool.generations:
                yield name, pool, generation
