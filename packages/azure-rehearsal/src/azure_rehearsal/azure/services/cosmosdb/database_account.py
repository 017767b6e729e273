"""Cosmos DB accounts: locations, capacity mode, consistency, network rules."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.network_rules import refuse_subnets_without_endpoint
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request, normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.cosmosdb.common import ACCOUNT, ACCOUNT_NAME, PATH, bad_request, is_serverless


def _refuse_locations(request: Request) -> None:
    locations = request.get("locations", [])
    names = [normal_location(str(item.get("locationName", ""))) for item in locations]
    priorities = sorted(item.get("failoverPriority") or 0 for item in locations)
    if not names or len(set(names)) != len(names) or priorities != list(range(len(names))):
        raise bad_request(
            f"Database account '{request.name}' has the locations {names} with failover priorities {priorities}. Each "
            "location must be listed once, with priorities counting from 0.",
            "list each location once, and number failoverPriority from 0",
        )
    for name, item in zip(names, locations, strict=True):
        if name not in REGIONS:
            request.warn_unknown("region", item.get("locationName"))
        elif item.get("isZoneRedundant") and not REGIONS[name]:
            request.warn_unknown("zone redundancy in region", name)


def _refuse_serverless(request: Request) -> None:
    serverless = is_serverless(request.inputs)
    if request.old is not None and is_serverless(request.old.properties) != serverless:
        raise bad_request(
            f"The capability EnableServerless of database account '{request.name}' cannot be added or removed after "
            "creation.",
            "create another account and move the data",
        )
    if not serverless:
        return
    if len(request.get("locations", [])) > 1 or request.get("enableMultipleWriteLocations"):
        raise bad_request(
            f"Serverless database account '{request.name}' can have one region only; it has "
            f"{len(request.get('locations', []))} locations and enableMultipleWriteLocations "
            f"{bool(request.get('enableMultipleWriteLocations'))}.",
            "use one location, or provisioned throughput",
        )


def _refuse_consistency(request: Request) -> None:
    level = str(request.get("consistencyPolicy.defaultConsistencyLevel", ""))
    if level.lower() == "strong" and request.get("enableMultipleWriteLocations"):
        raise bad_request(
            f"Database account '{request.name}' cannot have Strong consistency with multiple write locations.",
            "use BoundedStaleness or Session",
        )


def _refuse_networks(request: Request) -> None:
    rules = [
        item.get("id")
        for item in request.get("virtualNetworkRules", [])
        if not item.get("ignoreMissingVNetServiceEndpoint")
    ]
    refuse_subnets_without_endpoint(request, "Microsoft.AzureCosmosDB", rules)


def _account_outputs(request: Request, record: Record) -> dict[str, Any]:
    def shown(item: dict[str, Any]) -> dict[str, Any]:
        region = normal_location(str(item["locationName"]))
        id = f"{request.name}-{region}"
        endpoint = f"https://{id}.documents.azure.com:443/"
        return {"isZoneRedundant": False, "failoverPriority": 0, **item, "id": id, "documentEndpoint": endpoint}

    locations = [{**shown(item), "provisioningState": "Succeeded"} for item in request.get("locations", [])]
    locations.sort(key=lambda item: item["failoverPriority"])
    writes = locations if request.get("enableMultipleWriteLocations") else locations[:1]
    policies = [{key: item[key] for key in ("id", "locationName", "failoverPriority")} for item in locations]
    return {
        "documentEndpoint": f"https://{request.name}.documents.azure.com:443/",
        "failoverPolicies": policies,
        "instanceId": record.stable_uuid("instance"),
        "readLocations": locations,
        "writeLocations": writes,
        **identity_outputs(request, record),
    }


def _account_live(cloud: Cloud, record: Record) -> dict[str, Any]:
    return {"privateEndpointConnections": connections_of(cloud, record)}


TYPE: Final = ArmType(
    token=ACCOUNT,
    path=PATH,
    limits={
        "accountName": ACCOUNT_NAME,
        "consistencyPolicy.maxStalenessPrefix": Limit(minimum=1, maximum=2147483647),
        "consistencyPolicy.maxIntervalInSeconds": Limit(minimum=5, maximum=86400),
        "locations[].failoverPriority": Limit(minimum=0),
    },
    unique=(
        globally_unique(
            "accountName",
            "DatabaseAccountNameExists",
            "DatabaseAccount name '{name}' already exists. It is {other}.",
        ),
    ),
    defaults={"databaseAccountOfferType": "Standard", "kind": "GlobalDocumentDB", "publicNetworkAccess": "Enabled"},
    rules=(_refuse_locations, _refuse_serverless, _refuse_consistency, _refuse_networks),
    outputs=_account_outputs,
    live_outputs=_account_live,
    after_delete=retire_principal,
)
