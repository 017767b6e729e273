"""Rules that look at more than one setting. Each is a pure function from settings to the problems it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from settings.address_plan import NODE_SUBNETS, RESERVED_BY_AKS, Subnet
from settings.aks import (
    CALL_POOLS,
    Generation,
    MediaPool,
    OsDisk,
    WorkloadPool,
)
from settings.drain import AKS_LONGEST_DRAIN_MINUTES
from settings.errors import Problem
from settings.key_vault import SECRET_NAME
from settings.ports import FIRST_PORT_OF_KUBERNETES, sip_node_ports
from settings.secrets import GENERATED_SECRETS, MADE_SECRETS
from settings.service_checks import SERVICE_RULES
from settings.stack import Settings
from settings.types import overlapping
from settings.vm_sizes import VM_SIZES
from settings.workload_checks import WORKLOAD_RULES

ANYWHERE: Final = "0.0.0.0/0"
REQUIRED_POOLS: Final = ("agents", "api")


def check(settings: Settings) -> list[Problem]:
    """Every problem that the rules find, in the order of the rules."""
    if settings.region not in [region.name for region in settings.regions]:
        # Nothing else can be judged without the region.
        return list(_region_is_listed(settings))
    return [problem for rule in RULES.values() for problem in rule(settings)]


def _region_is_listed(settings: Settings) -> Iterator[Problem]:
    names = [region.name for region in settings.regions]
    yield Problem(
        "voice:region",
        settings.region,
        "a region of voice:regions: " + ", ".join(names),
        "name one of them, or add the region to voice:regions.",
    )


def _regions_are_distinct(settings: Settings) -> Iterator[Problem]:
    fixes = {
        "name": "give each region a name of its own.",
        "number": "give each region a number of its own; numbers of removed regions stay taken.",
    }
    for attribute, fix in fixes.items():
        for position, value in _repeated(getattr(region, attribute) for region in settings.regions):
            yield Problem(f"voice:regions[{position}].{attribute}", value, "a value that no other region has", fix)
    primaries = [region.name for region in settings.regions if region.role == "primary"]
    if len(primaries) != 1:
        yield Problem(
            "voice:regions",
            primaries,
            "exactly one region with role primary",
            "set role: primary on the region whose database is written to, and on no other.",
        )


def _address_spaces_are_disjoint(settings: Settings) -> Iterator[Problem]:
    spaces: list[tuple[str, str]] = []
    for position, region in enumerate(settings.regions):
        plan = region.plan()
        spaces.append((f"voice:regions[{position}].addressSpace", plan.network))
        spaces.append((f"the pods of region {region.name}", plan.pods))
        spaces.append((f"the services of region {region.name}", plan.services))
    known = dict(spaces)
    reserved = [(f"a range that AKS keeps for itself ({cidr})", cidr) for cidr in RESERVED_BY_AKS]
    for one, other in overlapping([*spaces, *reserved]):
        path, against = (other, one) if other.startswith("voice:") else (one, other)
        if path in known and not _same_number(settings, path, against):
            yield Problem(
                path,
                known[path],
                f"a range that does not overlap {against}" + (f" ({known[against]})" if against in known else ""),
                "leave addressSpace out, or choose a free private /16.",
            )


def _same_number(settings: Settings, one: str, other: str) -> bool:
    """Whether the overlap only repeats that two regions have one number, which has a message of its own."""
    numbers = [region.number for region in settings.regions]
    return len(set(numbers)) != len(numbers) and ("pods" in one or "services" in one or "pods" in other)


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
    for name in ("livekit", "sip"):
        if name not in aks.media_pools:
            yield Problem(
                f"voice:aks.mediaPools.{name}",
                None,
                "a media pool",
                f"add the pool {name}: calls need both media pools.",
            )
    for name in REQUIRED_POOLS:
        if name not in aks.pools:
            yield Problem(
                f"voice:aks.pools.{name}", None, "a pool", f"add the pool {name}: workloads select it by name."
            )
    for name in aks.pools:
        if name in (*aks.media_pools, "system"):
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
    aks, plan = settings.aks, settings.this_region.plan()
    nodes: dict[Subnet, int] = dict.fromkeys(NODE_SUBNETS, 0)
    nodes[Subnet.SYSTEM] = 2 * aks.system_pool.max_nodes
    for name, media in aks.media_pools.items():
        nodes[Subnet(name)] = 2 * media.max_nodes_per_zone * len(aks.zones)
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


def _drain_fits(settings: Settings) -> Iterator[Problem]:
    budget = settings.telephony.drain
    if budget.node_minutes > AKS_LONGEST_DRAIN_MINUTES:
        yield Problem(
            "voice:telephony.maxCallSeconds",
            settings.telephony.max_call_seconds,
            f"what AKS can wait for: {AKS_LONGEST_DRAIN_MINUTES} minutes; this needs {budget.node_minutes}",
            "shorten the longest call.",
        )


def _rtp_ports_are_free(settings: Settings) -> Iterator[Problem]:
    ports = settings.telephony.rtp_ports
    path = "voice:telephony.rtpPorts"
    if ports.first % 2:
        yield Problem(
            f"{path}.first",
            ports.first,
            "an even port: RTP takes the even one of each pair",
            f"start at {ports.first + 1}.",
        )
    if ports.first >= ports.last:
        yield Problem(f"{path}.last", ports.last, f"more than first ({ports.first})", "widen the range.")
        return
    if ports.last >= FIRST_PORT_OF_KUBERNETES:
        yield Problem(
            f"{path}.last",
            ports.last,
            f"below {FIRST_PORT_OF_KUBERNETES}, where Kubernetes' node ports and then Linux's own begin",
            f"end at {FIRST_PORT_OF_KUBERNETES - 1}.",
        )
    for other in sip_node_ports(ports.ports):
        if other != ports.ports and other.overlaps(ports.ports):
            yield Problem(
                f"{path}.first",
                f"{ports.first}-{ports.last}",
                f"a range without {other}/{other.protocol.lower()}, which another workload of the same node uses",
                "move the range; 16384-29999 is free.",
            )


def _carriers_are_sound(settings: Settings) -> Iterator[Problem]:
    carriers = settings.telephony.carriers
    for position, name in _repeated(carrier.name for carrier in carriers):
        yield Problem(
            f"voice:telephony.carriers[{position}].name",
            name,
            "a name that no other carrier has",
            "rename one of them.",
        )
    for position, carrier in enumerate(carriers):
        path = f"voice:telephony.carriers[{position}]"
        if ANYWHERE in carrier.signalling_cidrs:
            yield Problem(
                f"{path}.signallingCidrs",
                ANYWHERE,
                "the carrier's own ranges: an open SIP port is found by scanners within minutes",
                "list the signalling addresses that the carrier publishes.",
            )
        if carrier.mode == "register" and carrier.credentials is None:
            yield Problem(
                f"{path}.credentials",
                None,
                "the name of a secret, since mode is register",
                "name a secret of voice:secrets that holds user and password.",
            )
        if carrier.mode == "register" and carrier.registrar is None:
            yield Problem(
                f"{path}.registrar",
                None,
                "where to register, since mode is register",
                "name the registrar's host, port and transport.",
            )
        if carrier.mode == "ip" and carrier.registrar is not None:
            yield Problem(
                f"{path}.registrar",
                carrier.registrar.host,
                "nothing while mode is ip",
                "remove it, or set mode to register.",
            )
        if carrier.credentials is not None and carrier.credentials not in settings.secrets:
            yield Problem(
                f"{path}.credentials",
                carrier.credentials,
                "the name of a secret in voice:secrets" + _listed(settings.secrets),
                f"run `pulumi config set --path --secret 'voice:secrets.{carrier.credentials}'`.",
            )


def _secrets_can_be_kept(settings: Settings) -> Iterator[Problem]:
    for name in settings.secrets:
        path = f"voice:secrets.{name}"
        if not re.fullmatch(SECRET_NAME, name):
            yield Problem(
                path,
                name,
                "letters, digits and hyphens, a letter first, 127 at most: it is the secret's name in Key Vault too",
                "rename the secret.",
            )
        if name in MADE_SECRETS:
            yield Problem(
                path, name, "a name that the platform does not make itself", "remove the secret, or rename it."
            )
    known = {*settings.secrets, *MADE_SECRETS}
    generated = {secret.name for secret in GENERATED_SECRETS}
    vault = settings.key_vault
    tables = {"expiry": (vault.expiry, known), "contentTypes": (vault.content_types, known)}
    tables["generations"] = (vault.generations, generated)
    for setting, (names, allowed) in tables.items():
        for name in names:
            if name not in allowed:
                yield Problem(
                    f"voice:keyVault.{setting}.{name}",
                    name,
                    "the name of a secret: " + ", ".join(sorted(allowed)),
                    "name one of them, or remove the entry.",
                )


def _database_is_possible(settings: Settings) -> Iterator[Problem]:
    database, path = settings.data.postgresql, "voice:data.postgresql"
    if database.mode == "external" and database.external_host is None:
        yield Problem(f"{path}.externalHost", None, "a host name, since mode is external", "name the server.")
    if database.mode == "managed" and database.external_host is not None:
        yield Problem(
            f"{path}.externalHost", database.external_host, "nothing while mode is managed", "remove it, or set mode."
        )
    if database.tier == "Burstable":
        fix = "choose a size such as Standard_D2ds_v5."
        if database.high_availability != "none":
            allowed = "none with a burstable size: Azure gives these no standby"
            yield Problem(f"{path}.highAvailability", database.high_availability, allowed, fix)
        if database.replicas:
            allowed = "0 with a burstable size: Azure gives these no replicas"
            yield Problem(f"{path}.replicas", database.replicas, allowed, fix)
        if len(settings.regions) > 1:
            allowed = "a size that can be replicated, since the environment has several regions"
            yield Problem(f"{path}.sku", database.sku, allowed, fix)


def _redis_keeps_what_it_can(settings: Settings) -> Iterator[Problem]:
    persistence = settings.data.redis.persistence
    allowed = {"rdb": ("1h", "6h", "12h"), "aof": ("1s",)}.get(persistence.mode)
    if allowed and persistence.frequency not in allowed:
        yield Problem(
            "voice:data.redis.persistence.frequency",
            persistence.frequency,
            f"{' or '.join(allowed)} with mode {persistence.mode}",
            "choose one of these.",
        )


def _files_age_in_order(settings: Settings) -> Iterator[Problem]:
    lifecycle = settings.data.storage.lifecycle
    if not lifecycle.cool_days < lifecycle.archive_days < lifecycle.delete_days:
        yield Problem(
            "voice:data.storage.lifecycle",
            f"{lifecycle.cool_days}, {lifecycle.archive_days}, {lifecycle.delete_days}",
            "coolDays before archiveDays before deleteDays",
            "put the days in that order.",
        )


def _exports_go_before_all_files_do(settings: Settings) -> Iterator[Problem]:
    export, lifecycle = settings.data.redis.export, settings.data.storage.lifecycle
    if export.enabled and export.keep_days > lifecycle.delete_days:
        yield Problem(
            "voice:data.redis.export.keepDays",
            export.keep_days,
            f"at most voice:data.storage.lifecycle.deleteDays, {lifecycle.delete_days}: every file goes then",
            "keep exports for fewer days, or all files for more.",
        )


def _documents_are_partitioned(settings: Settings) -> Iterator[Problem]:
    cosmos = settings.data.cosmos
    for container, key in (cosmos.containers if cosmos else {}).items():
        if not re.fullmatch(r"(/[A-Za-z_][A-Za-z0-9_]*)+", key):
            yield Problem(
                f"voice:data.cosmos.containers.{container}",
                key,
                "a partition key path such as /session_id",
                "write the path of the property that documents are spread by; it is fixed for life.",
            )


def _ddos_plan_is_named(settings: Settings) -> Iterator[Problem]:
    network = settings.network
    if network.ddos_protection == "plan" and network.ddos_protection_plan_id is None:
        yield Problem(
            "voice:network.ddosProtectionPlanId",
            None,
            "the id of the tenant's plan, since ddosProtection is plan",
            "name the plan, or set ddosProtection to publicAddresses.",
        )
    if network.ddos_protection != "plan" and network.ddos_protection_plan_id is not None:
        yield Problem(
            "voice:network.ddosProtectionPlanId",
            network.ddos_protection_plan_id,
            "nothing while ddosProtection is not plan",
            "set ddosProtection to plan, or remove the id.",
        )


RULES: Final[dict[str, Callable[[Settings], Iterable[Problem]]]] = {
    "regions are distinct": _regions_are_distinct,
    "address spaces are disjoint": _address_spaces_are_disjoint,
    "api server lets the deployer in": _api_server_lets_the_deployer_in,
    "production is not weakened": _production_is_not_weakened,
    "long term support has its tier": _long_term_support_has_its_tier,
    "pools are complete": _pools_are_complete,
    "pools fit": _pools_fit,
    "ephemeral disks fit": _ephemeral_disks_fit,
    "drain fits": _drain_fits,
    "rtp ports are free": _rtp_ports_are_free,
    "carriers are sound": _carriers_are_sound,
    "ddos plan is named": _ddos_plan_is_named,
    "secrets can be kept": _secrets_can_be_kept,
    "database is possible": _database_is_possible,
    "redis keeps what it can": _redis_keeps_what_it_can,
    "files age in order": _files_age_in_order,
    "exports go before all files do": _exports_go_before_all_files_do,
    "documents are partitioned": _documents_are_partitioned,
    **SERVICE_RULES,
    **WORKLOAD_RULES,
}


def _repeated(values: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Position and value of each value that was there before."""
    seen: set[Any] = set()
    for position, value in enumerate(values):
        if value in seen:
            yield position, value
        seen.add(value)


def _generation_path(name: str, pool: MediaPool | WorkloadPool, generation: Generation) -> str:
    group = "mediaPools" if isinstance(pool, MediaPool) else "pools"
    return f"voice:aks.{group}.{name}.generations[{pool.generations.index(generation)}]"


def _listed(names: Iterable[str]) -> str:
    text = ", ".join(sorted(names))
    return f": {text}" if text else " (it is empty)"
