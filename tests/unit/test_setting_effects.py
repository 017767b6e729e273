"""Every setting has an effect: a change of the setting alone changes inputs or options of resources."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from annotated_types import Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from settings.loader.stack_file import read_sections
from settings.schema.aks_stack import AksStackSettings
from tests.unit.graph import Graph
from tests.unit.optional_workloads import IMAGES, OPTIONAL, OPTIONAL_IMAGES, with_digests
from tests.unit.outputs import SUBSCRIPTION_ID
from tests.unit.stacks import PRODUCTION, build_stack, edited

ONLY_STEERS_CHECKS = {
    "class": "a set of defaults",
    "kind": "selects the model that validates the stack file, and the region component",
    "extends": "where defaults come from",
    "region": "selects the region of the list",
    "azure.subscriptionId": "compared with the credentials in use; ids follow from it",
    "azure.tenantId": "compared with the credentials in use",
    "telephony.concurrentCalls": "compared with what pools and agents carry",
    "telephony.carriers.connection": "compared with the ways into the network that the stack states",
    "dns.delegated": "allows certificates of a public authority",
    "example": "allows example values in class production",
    "deployer.privateNetwork": "allows objects in a cluster with a private API server",
}
"""Settings that change no resource by themselves, each with its purpose."""

GENERATION = {"name": "a", "vmSize": "Standard_D8s_v5"}
SECOND_GENERATION = {**GENERATION, "name": "b"}
WITH_LOCAL_DISK = {**GENERATION, "vmSize": "Standard_D8ds_v5"}
CARRIER = {"name": "acme", "signallingCidrs": ["203.0.113.0/28"]}
DDOS_PLAN = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/ddosProtectionPlans/p"
EAST = {"name": "eastus", "number": 1, "location": "eastus", "role": "primary"}

COSMOS = {"database": "voice", "containers": {"sessions": "/user_id"}}
WEST = {"name": "westeurope", "number": 2, "location": "westeurope"}
PIPELINE = "00000000-0000-4000-8000-0000000000cc"
PERSON = {"objectId": PIPELINE, "name": "people"}
IN_CLUSTER = {"backend": "inCluster"}
ROUTE = {"host": "shop.voice.example.com", "namespace": "voice-agents", "service": "shop", "port": 80}

REGISTRAR = {"host": "sip.example.com", "port": 5070, "transport": "tcp", "realm": "example", "expirySeconds": 150}
REGISTERING = {**CARRIER, "mode": "register", "credentials": "trunk", "registrar": REGISTRAR}
OUTBOUND = {"host": "out.example.com", "port": 5070, "transport": "tcp", "prefixes": ["+49"], "caller": "+4930123456"}

MESH = {"enabled": True, "namespaces": ["voice-agents"]}
GIT_OPS = {"repository": "https://git.example.com/services"}


def another(field: FieldInfo) -> Any:
    """A valid value of a setting that differs from its default: of a switch or a number; `None` of others."""
    if isinstance(field.default, bool):
        return not field.default
    if not isinstance(field.default, int | float):
        return None
    most = next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)
    return field.default + 1 if most is None or field.default + 1 <= most else field.default - 1


CHANGES: Mapping[str, tuple[str, Any]] = {
    **{
        place: (place, another(field))
        for section, model in OPTIONAL.items()
        for name, field in model.model_fields.items()
        if another(field) is not None
        for place in [f"{section}.{field.alias or name}"]
    },
    "regions.role": ("regions", [{**EAST, "role": "secondary"}, {**WEST, "role": "primary"}]),
    "secrets": ("secrets", {"trunk": {"secure": "AAAA"}}),
    "registry.tier": ("registry.tier", "Standard"),
    "registry.dockerHubCache": ("registry.dockerHubCache", False),
    "registry.untaggedRetentionDays": ("registry.untaggedRetentionDays", 30),
    "registry.pushPrincipalIds": ("registry.pushPrincipalIds", [PIPELINE]),
    "keyVault.softDeleteDays": ("keyVault.softDeleteDays", 30),
    "keyVault.recover": ("keyVault.recover", True),
    "keyVault.expiry": ("keyVault.expiry", {"redis-password": "2027-11-30"}),
    "keyVault.contentTypes": ("keyVault.contentTypes", {"redis-password": "text/x-key"}),
    "keyVault.generations": ("keyVault.generations", {"jwt-signing-key": 2}),
    "data.postgresql.mode": ("data.postgresql", {"mode": "external", "externalHost": "db.example.com"}),
    "data.postgresql.network": ("data.postgresql.network", "privateEndpoint"),
    "data.postgresql.version": ("data.postgresql.version", "18"),
    "data.postgresql.sku": ("data.postgresql.sku", "Standard_E4ds_v5"),
    "data.postgresql.storageGib": ("data.postgresql.storageGib", 512),
    "data.postgresql.autoGrow": ("data.postgresql.autoGrow", False),
    "data.postgresql.backupRetentionDays": ("data.postgresql.backupRetentionDays", 35),
    "data.postgresql.geoRedundantBackup": ("data.postgresql.geoRedundantBackup", True),
    "data.postgresql.highAvailability": ("data.postgresql.highAvailability", "sameZone"),
    "data.postgresql.replicas": ("data.postgresql.replicas", 1),
    "data.postgresql.databases": ("data.postgresql.databases", ["other"]),
    "data.postgresql.parameters": ("data.postgresql.parameters", {"log_connections": "on"}),
    "data.postgresql.administrators.objectId": (
        "data.postgresql.administrators",
        [{**PERSON, "objectId": SUBSCRIPTION_ID}],
    ),
    "data.postgresql.administrators.name": ("data.postgresql.administrators", [{**PERSON, "name": "team"}]),
    "data.postgresql.administrators.type": ("data.postgresql.administrators", [{**PERSON, "type": "User"}]),
    "data.redis.sku": ("data.redis.sku", "Balanced_B50"),
    "data.redis.highAvailability": ("data.redis.highAvailability", False),
    "data.redis.persistence.mode": ("data.redis.persistence", {"mode": "none"}),
    "data.redis.persistence.frequency": ("data.redis.persistence.frequency", "6h"),
    "data.redis.export.enabled": ("data.redis.export.enabled", False),
    "data.redis.export.keepDays": ("data.redis.export.keepDays", 60),
    "data.storage.replication": ("data.storage.replication", "LRS"),
    "data.storage.softDeleteDays": ("data.storage.softDeleteDays", 30),
    "data.storage.lifecycle.coolDays": ("data.storage.lifecycle.coolDays", 10),
    "data.storage.lifecycle.archiveDays": ("data.storage.lifecycle.archiveDays", 100),
    "data.storage.lifecycle.deleteDays": ("data.storage.lifecycle.deleteDays", 400),
    "data.cosmos.capacity": ("data.cosmos.capacity", "autoscale"),
    "data.cosmos.maxThroughput": ("data.cosmos.maxThroughput", 8000),
    "data.cosmos.database": ("data.cosmos.database", "other"),
    "data.cosmos.containers": ("data.cosmos", {**COSMOS, "containers": {"other": "/id"}}),
    "observability.logRetentionDays": ("observability.logRetentionDays", 60),
    "observability.auditRetentionDays": ("observability.auditRetentionDays", 365),
    "observability.dailyQuotaGb": ("observability.dailyQuotaGb", 10),
    "observability.auditDailyQuotaGb": ("observability.auditDailyQuotaGb", 10),
    "observability.logCategoriesOff": ("observability.logCategoriesOff", ["StorageRead"]),
    "observability.flowLogs": ("observability.flowLogs", False),
    "observability.defender": ("observability.defender", True),
    "environment": ("environment", "other"),
    "regions.name": ("regions", [{**EAST, "name": "east"}]),
    "regions.number": ("regions", [{**EAST, "number": 3}]),
    "regions.location": ("regions", [{**EAST, "location": "eastus2"}]),
    "regions.addressSpace": ("regions", [{**EAST, "addressSpace": "10.77.0.0/16"}]),
    "global.location": ("global.location", "westus"),
    "deployer.principalId": ("deployer.principalId", "00000000-0000-4000-8000-00000000000d"),
    "deployer.principalType": ("deployer.principalType", "User"),
    "deployer.egressCidrs": ("deployer.egressCidrs", ["198.51.100.64/28"]),
    "deployer.kubernetesLogin": ("deployer.kubernetesLogin", "workloadidentity"),
    "naming.prefix": ("naming.prefix", "other"),
    "tags": ("tags", {"cost-center": "other"}),
    "protect": ("protect", False),
    "network.natGateway.publicAddresses": ("network.natGateway.publicAddresses", 2),
    "network.natGateway.tcpIdleTimeoutMinutes": ("network.natGateway.tcpIdleTimeoutMinutes", 10),
    "network.ddosProtection": ("network.ddosProtection", "publicAddresses"),
    "network.ddosProtectionPlanId": ("network.ddosProtectionPlanId", f"{DDOS_PLAN}2"),
    "aks.kubernetesVersion": ("aks.kubernetesVersion", "1.37"),
    "aks.tier": ("aks.tier", "Premium"),
    "aks.longTermSupport": ("aks.longTermSupport", True),
    "aks.apiServer.access": ("aks.apiServer.access", "private"),
    "aks.kubernetesObjects": ("aks.kubernetesObjects", False),
    "workloads.enabled": ("workloads.enabled", False),
    "aks.apiServer.authorizedCidrs": ("aks.apiServer.authorizedCidrs", ["198.51.100.128/25"]),
    "aks.localAccounts": ("aks", {"localAccounts": True}),
    "aks.adminGroupObjectIds": ("aks.adminGroupObjectIds", [SUBSCRIPTION_ID]),
    "aks.upgradeChannel": ("aks.upgradeChannel", "none"),
    "aks.nodeOsUpgradeChannel": ("aks.nodeOsUpgradeChannel", "NodeImage"),
    "aks.nodeSoakMinutes": ("aks.nodeSoakMinutes", 9),
    "aks.maintenance.utcOffset": ("aks.maintenance.utcOffset", "+02:00"),
    **{
        f"aks.maintenance.{window}.{key}": (
            f"aks.maintenance.{window}",
            {"day": "Monday", "start": "03:30", "hours": 9},
        )
        for window in ("releases", "upgrades", "nodeImages")
        for key in ("day", "start", "hours")
    },
    "aks.autoscaler.scaleDownDelayAfterAdd": ("aks.autoscaler.scaleDownDelayAfterAdd", "11m"),
    "aks.autoscaler.scaleDownUnneededTime": ("aks.autoscaler.scaleDownUnneededTime", "12m"),
    "aks.autoscaler.scaleDownUtilizationThreshold": ("aks.autoscaler.scaleDownUtilizationThreshold", 0.4),
    "aks.autoscaler.scanInterval": ("aks.autoscaler.scanInterval", "20s"),
    "aks.imageCleanerHours": ("aks.imageCleanerHours", 48),
    "aks.secretRotationMinutes": ("aks.secretRotationMinutes", 5),
    "aks.zones": ("aks.zones", ["1", "2"]),
    "aks.systemPool.vmSize": ("aks.systemPool.vmSize", "Standard_D8s_v5"),
    "aks.systemPool.minNodes": ("aks.systemPool.minNodes", 3),
    "aks.systemPool.maxNodes": ("aks.systemPool.maxNodes", 5),
    "aks.systemPool.osDisk.gib": ("aks.systemPool.osDisk.gib", 256),
    "aks.systemPool.osDisk.type": ("aks.systemPool.osDisk.type", "Ephemeral"),
    "aks.mediaPools.minNodesPerZone": ("aks.mediaPools.sip.minNodesPerZone", 2),
    "aks.mediaPools.maxNodesPerZone": ("aks.mediaPools.sip.maxNodesPerZone", 4),
    "aks.mediaPools.prefixLength": ("aks.mediaPools.sip.prefixLength", 29),
    "aks.pools.minNodes": ("aks.pools.api.minNodes", 2),
    "aks.pools.maxNodes": ("aks.pools.api.maxNodes", 5),
    "aks.pools.dedicated": ("aks.pools.api.dedicated", True),
    "aks.pools.spot": ("aks.pools.api.spot", True),
    **{
        f"aks.{group}.generations.{key}": (f"aks.{group}.{name}.generations", [changed])
        for group, name in (("mediaPools", "sip"), ("pools", "api"))
        for key, changed in {
            "name": {**GENERATION, "name": "z"},
            "vmSize": {**GENERATION, "vmSize": "Standard_D16s_v5"},
            "osDisk.gib": {**GENERATION, "osDisk": {"gib": 512}},
            "osDisk.type": {**WITH_LOCAL_DISK, "osDisk": {"type": "Ephemeral"}},
        }.items()
    },
    **{
        f"aks.{group}.generations.state": (
            f"aks.{group}.{name}.generations",
            [{**GENERATION, "state": "retiring"}, SECOND_GENERATION],
        )
        for group, name in (("mediaPools", "sip"), ("pools", "api"))
    },
    "telephony.maxCallSeconds": ("telephony.maxCallSeconds", 7200),
    "telephony.deregistrationDelaySeconds": ("telephony.deregistrationDelaySeconds", 100),
    "telephony.uploadSeconds": ("telephony.uploadSeconds", 600),
    "telephony.rtpPorts.first": ("telephony.rtpPorts.first", 18000),
    "telephony.rtpPorts.last": ("telephony.rtpPorts.last", 28999),
    "telephony.carriers.signallingCidrs": ("telephony.carriers", [{**CARRIER, "signallingCidrs": ["203.0.113.16/28"]}]),
    "metrics.backend": ("metrics.backend", "inCluster"),
    "metrics.intervalSeconds": ("metrics.intervalSeconds", 60),
    "metrics.retentionDays": ("metrics.retentionDays", 30),
    "metrics.storageGib": ("metrics.storageGib", 128),
    "scaling.enabled": ("scaling.enabled", False),
    "sipEdge.replicas": ("sipEdge.replicas", 3),
    "sipEdge.cpu": ("sipEdge.cpu", 2),
    "sipEdge.memoryMib": ("sipEdge.memoryMib", 1024),
    "sipEdge.requestsPerSecond": ("sipEdge.requestsPerSecond", 300),
    "sipEdge.tryNextMilliseconds": ("sipEdge.tryNextMilliseconds", 500),
    "freeswitch.cpu": ("freeswitch.cpu", 3),
    "freeswitch.memoryGib": ("freeswitch.memoryGib", 10),
    "freeswitch.callsPerCpu": ("freeswitch.callsPerCpu", 10),
    "freeswitch.callsPerSecond": ("freeswitch.callsPerSecond", 20),
    "freeswitch.bridge": ("freeswitch.bridge", "agentSocket"),
    "freeswitch.record": ("freeswitch.record", False),
    "freeswitch.eventSocket": ("freeswitch.eventSocket", "private"),
    "freeswitch.realTimePriority": ("freeswitch.realTimePriority", True),
    "livekit.cpu": ("livekit.cpu", 5),
    "livekit.memoryGib": ("livekit.memoryGib", 10),
    "livekit.callsPerCpu": ("livekit.callsPerCpu", 60),
    "livekit.turnTls": ("livekit.turnTls", False),
    "livekitSip.cpu": ("livekitSip.cpu", 1),
    "livekitSip.memoryGib": ("livekitSip.memoryGib", 5),
    "livekitSip.callsPerCpu": ("livekitSip.callsPerCpu", 60),
    "livekitSip.manageTrunks": ("livekitSip.manageTrunks", True),
    "egress.replicas": ("egress.replicas", 1),
    "agent.minReplicas": ("agent.minReplicas", 3),
    "agent.maxReplicas": ("agent.maxReplicas", 30),
    "agent.cpu": ("agent.cpu", 2),
    "agent.memoryGib": ("agent.memoryGib", 7),
    "agent.callsPerCpu": ("agent.callsPerCpu", 9),
    "agent.name": ("agent.name", "receptionist"),
    "agent.environment": ("agent.environment", {"MODEL": "large"}),
    "images.source": ("images.source", "upstream"),
    **{
        f"images.{image}.{key}": (f"images.{image}.{key}", value)
        for image in IMAGES.values()
        for key, value in (("repository", "other/image"), ("tag", "9.9"), ("digest", "sha256:" + "ab" * 32))
    },
    "agent.secretVariables": ("agent.secretVariables", {"OTHER": "trunk"}),
    "telephony.carriers.name": ("telephony.carriers", [{**CARRIER, "name": "other"}]),
    "telephony.carriers.ingress": ("telephony.carriers", [{**CARRIER, "ingress": "direct"}]),
    "telephony.carriers.mode": ("telephony.carriers", [REGISTERING]),
    "telephony.carriers.credentials": ("telephony.carriers", [{**REGISTERING, "credentials": "other"}]),
    "data.postgresql.externalHost": ("data.postgresql.externalHost", "other.example.com"),
    **{
        f"telephony.carriers.registrar.{key}": (
            "telephony.carriers",
            [{**REGISTERING, "registrar": {**REGISTRAR, key: value}}],
        )
        for key, value in {
            "host": "other.example.com",
            "port": 5080,
            "transport": "udp",
            "realm": "other",
            "expirySeconds": 900,
        }.items()
    },
    **{
        f"telephony.carriers.outbound.{key}": (
            "telephony.carriers",
            [{**CARRIER, "outbound": {**OUTBOUND, key: value}}],
        )
        for key, value in {
            "host": "other.example.com",
            "port": 5080,
            "transport": "udp",
            "prefixes": ["+44"],
            "numbers": ["+4930123456"],
            "caller": "+4930999999",
        }.items()
    },
    "tracing.exporters": ("tracing.exporters", ["jaeger"]),
    "tracing.samplePercent": ("tracing.samplePercent", 50),
    "certificates.issuer": ("certificates.issuer", "letsencryptStaging"),
    "certificates.email": ("certificates.email", "other@example.com"),
    "certificates.renewBeforeDays": ("certificates.renewBeforeDays", 20),
    "certificates.copyToKeyVault": ("certificates.copyToKeyVault", False),
    "gateway.exposure": ("gateway.exposure", "internal"),
    "gateway.requestSeconds": ("gateway.requestSeconds", 90),
    "gateway.webSocketSeconds": ("gateway.webSocketSeconds", 7200),
    "gateway.requestsPerSecond": ("gateway.requestsPerSecond", 1000),
    "gateway.replicas": ("gateway.replicas", 3),
    "gateway.maxReplicas": ("gateway.maxReplicas", 20),
    **{
        f"gateway.routes.{key}": ("gateway.routes", [{**ROUTE, key: value}])
        for key, value in {
            "host": "other.voice.example.com",
            "namespace": "voice-apps",
            "service": "other",
            "port": 81,
            "path": "/search",
            "webSocket": True,
        }.items()
    },
    "gateway.routes.rateLimit.requests": ("gateway.routes", [{**ROUTE, "rateLimit": {"requests": 6}}]),
    "gateway.routes.rateLimit.unit": ("gateway.routes", [{**ROUTE, "rateLimit": {"requests": 5, "unit": "Hour"}}]),
    "telephony.carriers.mediaCidrs": ("telephony.carriers", [{**CARRIER, "mediaCidrs": ["203.0.113.16/28"]}]),
    **{
        f"mesh.{key}": ("mesh", {**MESH, key: value})
        for key, value in {
            "enabled": True,
            "revision": "asm-1-31",
            "secondRevision": "asm-1-31",
            "namespaces": ["voice-agents", "voice-apps"],
        }.items()
    },
    **{
        f"delivery.gitOps.{key}": ("delivery.gitOps", {**GIT_OPS, key: value})
        for key, value in {
            "repository": "https://git.example.com/other",
            "path": "other",
            "revision": "v1",
        }.items()
    },
    "delivery.reloader": ("delivery.reloader", True),
    "dns.automatic": ("dns.automatic", False),
    "dns.zone": ("dns.zone", "other.example.com"),
    "dns.ttlSeconds": ("dns.ttlSeconds", 60),
    "dns.routing": ("dns.routing", "priority"),
    "dns.certificateAuthorities": ("dns.certificateAuthorities", ["letsencrypt.org", "example.net"]),
}
"""For each setting, a change of one path of the valid stack."""

STAGING_CLASS = ("class", "staging", "registry.tier", "Premium")
"""With the tier that several regions need."""

FROM: Mapping[str, tuple[Any, ...]] = {
    **{
        f"aks.{group}.generations.{key}": (f"aks.{group}.{name}.generations", generations)
        for group, name in (("mediaPools", "sip"), ("pools", "api"))
        for key, generations in {
            "": [GENERATION],
            "osDisk.type": [WITH_LOCAL_DISK],
            "state": [GENERATION, SECOND_GENERATION],
        }.items()
    },
    "aks.apiServer.access": ("deployer.privateNetwork", True),
    "aks.kubernetesObjects": ("workloads.enabled", False),
    "aks.localAccounts": STAGING_CLASS,
    "aks.longTermSupport": ("aks.tier", "Premium"),
    "aks.systemPool.osDisk.type": ("aks.systemPool.vmSize", "Standard_D8ds_v5"),
    "data.cosmos.": ("data.cosmos", COSMOS),
    "data.cosmos.maxThroughput": ("data.cosmos", {**COSMOS, "capacity": "autoscale"}),
    "data.postgresql.administrators.": ("data.postgresql.administrators", [PERSON]),
    "data.postgresql.externalHost": ("data.postgresql", {"mode": "external", "externalHost": "db.example.com"}),
    "delivery.gitOps.": ("delivery.gitOps", GIT_OPS),
    **{f"{section}.": (f"{section}.enabled", True) for section in OPTIONAL},
    **{f"{section}.enabled": (f"{section}.enabled", False) for section in OPTIONAL},
    **{f"images.{image}.": (f"{section}.enabled", True) for image, section in OPTIONAL_IMAGES.items()},
    "gateway.routes.": ("gateway.routes", [ROUTE]),
    "gateway.routes.rateLimit.": ("gateway.routes", [{**ROUTE, "rateLimit": {"requests": 5}}]),
    "mesh.": ("mesh", MESH),
    "mesh.enabled": ("mesh.enabled", False),
    "metrics.retentionDays": ("metrics", IN_CLUSTER),
    "metrics.storageGib": ("metrics", IN_CLUSTER),
    "registry.tier": ("regions", [EAST]),
    "network.ddosProtectionPlanId": ("network", {"ddosProtection": "plan", "ddosProtectionPlanId": DDOS_PLAN}),
    "telephony.carriers.credentials": ("telephony.carriers", [REGISTERING]),
    "telephony.carriers.outbound.": ("telephony.carriers", [{**CARRIER, "outbound": OUTBOUND}]),
    "telephony.carriers.registrar.": ("telephony.carriers", [REGISTERING]),
}
"""Changes of the valid stack before the change of a setting, by setting or by the prefix of several settings."""


def leaves(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every setting below a section; members of lists and maps count once."""
    for name, field in model.model_fields.items():
        place = f"{path}{field.alias or name}"
        inner = next((item for item in sections_in(field.annotation)), None)
        if inner is None:
            yield place
        else:
            yield from leaves(inner, f"{place}.")


def sections_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from sections_in(argument)


def resources_of(graph: Graph) -> list[Any]:
    """The resources for the engine, independent of their order."""
    return sorted(
        (resource.urn, repr(sorted(resource.inputs.items())), bool(resource.protect), resource.custom_timeouts.items())
        for resource in graph.resources
    )


def test_every_setting_is_listed_here() -> None:
    settings, listed = set(leaves(AksStackSettings)), set(CHANGES) | set(ONLY_STEERS_CHECKS)
    assert not settings - listed, f"add to CHANGES in tests/unit/test_setting_effects.py: {sorted(settings - listed)}"
    assert not listed - settings, f"no such setting: {sorted(listed - settings)}"


def test_no_setting_is_listed_twice() -> None:
    assert not set(CHANGES) & set(ONLY_STEERS_CHECKS)


NEED_SECRETS = ("agent.secretVariables", "telephony.carriers.")
"""Settings that name secrets, which must exist."""


def start(setting: str) -> dict[str, Any]:
    """The stack before the change of a setting."""
    # Few calls, so that the small pools of the valid stack leave room for every change.
    sections = edited(read_sections(PRODUCTION), "telephony.concurrentCalls", 10)
    sections = with_digests(sections)
    if setting.startswith(NEED_SECRETS):
        sections = {**sections, "secrets": {name: {"secure": "AAAA"} for name in ("trunk", "other")}}
    prefix = max((item for item in FROM if setting.startswith(item)), key=len, default="")
    edits = FROM.get(prefix, ())
    for path, value in zip(edits[::2], edits[1::2], strict=True):
        sections = edited(sections, path, value)
    return sections


@functools.cache
def initial_resources(sections: str) -> list[Any]:
    """The resources of a stack that several changes start from."""
    return resources_of(build_stack(json.loads(sections)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("setting", CHANGES)
def test_a_setting_changes_a_resource(setting: str) -> None:
    place, value = CHANGES[setting]
    before = start(setting)
    after = before
    if place == "regions" and value[0]["name"] != before["region"]:
        after = {**after, "region": value[0]["name"]}
    whole = {**_at(after, place), **value} if isinstance(value, dict) and "day" not in value else value
    assert resources_of(build_stack(edited(after, place, whole))) != initial_resources(
        json.dumps(before, sort_keys=True)
    )


def _at(sections: Mapping[str, Any], path: str) -> Any:
    found: Any = sections
    for part in path.split("."):
        found = found.get(part, {})
    return found
