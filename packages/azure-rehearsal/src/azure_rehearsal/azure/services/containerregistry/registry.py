"""Container registries: features of the Premium SKU, policies, network rules."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.network_rules import refuse_private_ranges
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.containerregistry.common import NAME, PATH, PREMIUM, REGISTRY, REPLICATION, sku_of
from azure_rehearsal.azure.services.containerregistry.replication import replication_regions
from azure_rehearsal.protocol.provider import Refused

RETENTION_DAYS: Final = range(366)
"""Valid retention of untagged manifests: az acr config retention."""


def _is(request: Request, path: str, value: str) -> bool:
    return str(request.get(path, "")).lower() == value


def _refuse_outside_premium(request: Request) -> None:
    if sku_of(request.inputs) == PREMIUM:
        return
    wanted = {
        "policies.retentionPolicy": _is(request, "policies.retentionPolicy.status", "enabled"),
        "policies.trustPolicy": _is(request, "policies.trustPolicy.status", "enabled"),
        "dataEndpointEnabled": bool(request.get("dataEndpointEnabled")),
        "publicNetworkAccess 'Disabled'": _is(request, "publicNetworkAccess", "disabled"),
        "networkRuleSet": request.get("networkRuleSet") is not None,
        "encryption": _is(request, "encryption.status", "enabled"),
    }
    for feature, is_wanted in wanted.items():
        if is_wanted:
            raise Refused(
                "InvalidSku",
                f"Registry '{request.name}' has SKU '{request.get('sku.name')}'. {feature} is only supported for "
                "managed registries in Premium SKU.",
                "use sku Premium, or remove the property",
            )


def _refuse_downgrade(request: Request) -> None:
    if sku_of(request.inputs) == PREMIUM or request.old is None:
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
            "set publicNetworkAccess to Disabled, or keep exportPolicy enabled",
        )
    ranges = [item.get("iPAddressOrRange") for item in request.get("networkRuleSet.ipRules", [])]
    refuse_private_ranges(request, "networkRuleSet.ipRules[*].value", ranges, "InvalidNetworkRule")


def _registry_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"loginServer": f"{request.name.lower()}.azurecr.io", **identity_outputs(request, record)}


def _registry_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    name = str(record.properties["name"]).lower()
    hosts = [f"{name}.{region}.data.azurecr.io" for region in replication_regions(cloud, record)]
    return {
        "dataEndpointHostNames": hosts if record.properties.get("dataEndpointEnabled") else [],
        "privateEndpointConnections": connections_of(cloud, record),
    }


TYPE: Final = ArmType(
    token=REGISTRY,
    path=PATH,
    location_required=True,
    force_new=("location",),
    limits={"registryName": NAME},
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
    live_outputs=_registry_live,
    after_delete=retire_principal,
)
