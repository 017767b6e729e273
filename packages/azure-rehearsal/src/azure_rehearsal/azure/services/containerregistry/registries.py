"""Microsoft.ContainerRegistry: registries and their replications."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, principal_gone
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request, dig, normal_location
from azure_rehearsal.azure.core.service_endpoints import refuse_private_ranges
from azure_rehearsal.protocol.provider import Refused

REGISTRY: Final = "azure-native:containerregistry:Registry"
REPLICATION: Final = "azure-native:containerregistry:Replication"
_PATH: Final = arm_ids.provider_id("Microsoft.ContainerRegistry/registries", "registryName")
_NAME: Final = Limit(shortest=5, longest=50, pattern=r"^[a-zA-Z0-9]*$")

PREMIUM: Final = "premium"
RETENTION_DAYS: Final = range(366)
"""How long untagged manifests may be kept: az acr config retention."""


def _sku(properties: dict[str, Any]) -> str:
    return str(dig(properties, "sku.name", "")).lower()


def _is(request: Request, path: str, value: str) -> bool:
    return str(request.get(path, "")).lower() == value


def _refuse_outside_premium(request: Request) -> None:
    if _sku(request.inputs) == PREMIUM:
        return
    wanted = {
        "policies.retentionPolicy": _is(request, "policies.retentionPolicy.status", "enabled"),
        "policies.trustPolicy": _is(request, "policies.trustPolicy.status", "enabled"),
        "dataEndpointEnabled": bool(request.get("dataEndpointEnabled")),
        "publicNetworkAccess 'Disabled'": _is(request, "publicNetworkAccess", "disabled"),
        "networkRuleSet": request.get("networkRuleSet") is not None,
        "encryption": _is(request, "encryption.status", "enabled"),
    }
    for what, is_wanted in wanted.items():
        if is_wanted:
            raise Refused(
                "InvalidSku",
                f"Registry '{request.name}' has SKU '{request.get('sku.name')}'. {what} is only supported for managed "
                "registries in Premium SKU.",
                "use sku Premium, or leave it out",
            )


def _refuse_downgrade(request: Request) -> None:
    if _sku(request.inputs) == PREMIUM or request.old is None:
        return
    held = [*request.cloud.children(request.id, REPLICATION), *connections_of(request.cloud, request.old)]
    if held:
        first = held[0].id if isinstance(held[0], Record) else held[0]["privateEndpoint"]["id"]
        raise Refused(
            "InvalidSku",
            f"Registry '{request.name}' cannot be changed to SKU '{request.get('sku.name')}' while it has replications "
            f"or private endpoints: {first}.",
            "remove them first, or keep Premium",
        )


def _refuse_policies(request: Request) -> None:
    days = request.get("policies.retentionPolicy.days")
    if days is not None and days not in RETENTION_DAYS:
        raise Refused(
            "InvalidPolicy",
            f"Retention policy of registry '{request.name}' has {days} days. Valid values are 0 to "
            f"{RETENTION_DAYS.stop - 1}.",
            "choose a value in the range",
        )
    is_public = not _is(request, "publicNetworkAccess", "disabled")
    if _is(request, "policies.exportPolicy.status", "disabled") and is_public:
        raise Refused(
            "ExportPolicyNotSupported",
            f"Export policy of registry '{request.name}' can only be disabled when public network access is disabled.",
            "set publicNetworkAccess to Disabled, or leave exportPolicy enabled",
        )
    ranges = [item.get("iPAddressOrRange") for item in request.get("networkRuleSet.ipRules", [])]
    refuse_private_ranges(request, "networkRuleSet.ipRules[*].value", ranges, "InvalidNetworkRule")


def _registry_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"loginServer": f"{request.name.lower()}.azurecr.io", **identity_outputs(request, record)}


def replication_regions(cloud: Cloud, registry: Record) -> list[str]:
    """The regions that a registry serves, its own first."""
    others = [str(item.properties["location"]) for item in cloud.children(registry.id, REPLICATION)]
    return [str(registry.properties["location"]), *sorted(others)]


def _registry_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    name = str(record.properties["name"]).lower()
    hosts = [f"{name}.{region}.data.azurecr.io" for region in replication_regions(cloud, record)]
    return {
        "dataEndpointHostNames": hosts if record.properties.get("dataEndpointEnabled") else [],
        "privateEndpointConnections": connections_of(cloud, record),
    }


# Replications


def _refuse_replication(request: Request) -> None:
    registry = request.cloud.get(arm_ids.parent(request.id))
    if registry is None:
        return
    if _sku(registry.properties) != PREMIUM:
        raise Refused(
            "InvalidSku",
            f"Replication '{request.name}': geo-replication is only supported for managed registries in Premium SKU; "
            f"registry '{arm_ids.name(registry.id)}' has '{registry.properties['sku']['name']}'.",
            "give the registry sku Premium",
        )
    if normal_location(str(registry.properties["location"])) == request.location:
        raise Refused(
            "ReplicationAlreadyExists",
            f"A replication in '{request.location}' already exists: it is the home region of registry "
            f"'{arm_ids.name(registry.id)}'.",
            "replicate to other regions only",
        )
    for sibling in request.cloud.children(registry.id, REPLICATION):
        if not arm_ids.same(sibling.id, request.id) and sibling.properties["location"] == request.location:
            raise Refused(
                "ReplicationAlreadyExists",
                f"A replication in '{request.location}' already exists: {sibling.id}.",
                "one replication for each region",
            )


TYPES: Final = (
    ArmType(
        token=REGISTRY,
        path=_PATH,
        location_required=True,
        force_new=("location",),
        limits={"registryName": _NAME},
        unique=(
            globally_unique(
                "registryName",
                "AlreadyInUse",
                "The registry DNS name {name}.azurecr.io is already in use. You can check if the name is already "
                "claimed using the checkNameAvailability API. It belongs to {other}.",
            ),
        ),
        defaults={"adminUserEnabled": False, "dataEndpointEnabled": False, "publicNetworkAccess": "Enabled"},
        rules=(_refuse_outside_premium, _refuse_downgrade, _refuse_policies),
        outputs=_registry_outputs,
        live=_registry_live,
        gone=principal_gone,
    ),
    ArmType(
        token=REPLICATION,
        path=f"{_PATH}/replications/{{replicationName}}",
        location_required=True,
        force_new=("location",),
        limits={"registryName": _NAME, "replicationName": _NAME},
        defaults={"regionEndpointEnabled": True, "zoneRedundancy": "Disabled"},
        immutable=(Immutable("zoneRedundancy"),),
        rules=(_refuse_replication,),
    ),
)
