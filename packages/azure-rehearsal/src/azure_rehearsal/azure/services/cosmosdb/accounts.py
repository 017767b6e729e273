"""Microsoft.DocumentDB: Cosmos DB accounts, NoSQL databases and containers, data-plane roles."""

from __future__ import annotations

import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.identities import identity_outputs, principal_gone
from azure_rehearsal.azure.core.private_connections import connections_of
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request, normal_location
from azure_rehearsal.azure.core.service_endpoints import refuse_subnets_without_endpoint
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.protocol.provider import Refused

ACCOUNT: Final = "azure-native:cosmosdb:DatabaseAccount"
DATABASE: Final = "azure-native:cosmosdb:SqlResourceSqlDatabase"
CONTAINER: Final = "azure-native:cosmosdb:SqlResourceSqlContainer"
ROLE: Final = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
PATH: Final = arm_ids.provider_id("Microsoft.DocumentDB/databaseAccounts", "accountName")
DATABASE_PATH: Final = f"{PATH}/sqlDatabases/{{databaseName}}"

SERVERLESS: Final = "enableserverless"
LEAST_THROUGHPUT: Final = 400
THROUGHPUT_STEP: Final = 100
LEAST_AUTOSCALE: Final = 1000
LONGEST_NAME: Final = 255
FORBIDDEN_IN_NAMES: Final = frozenset("/\\#?")
MOST_KEY_LEVELS: Final = 3
"""Paths of a hierarchical partition key."""
BUILT_IN_ROLES: Final = {
    "00000000-0000-0000-0000-000000000001": "Cosmos DB Built-in Data Reader",
    "00000000-0000-0000-0000-000000000002": "Cosmos DB Built-in Data Contributor",
}

_ACCOUNT_NAME: Final = Limit(shortest=3, longest=50, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*")


def _bad(message: str, way_out: str) -> Refused:
    return Refused("BadRequest", message, way_out)


def _capabilities(properties: dict[str, Any]) -> set[str]:
    return {str(item.get("name", "")).lower() for item in properties.get("capabilities") or []}


def _is_serverless(properties: dict[str, Any]) -> bool:
    return SERVERLESS in _capabilities(properties)


# Accounts


def _refuse_locations(request: Request) -> None:
    locations = request.get("locations", [])
    names = [normal_location(str(item.get("locationName", ""))) for item in locations]
    priorities = sorted(item.get("failoverPriority") or 0 for item in locations)
    if not names or len(set(names)) != len(names) or priorities != list(range(len(names))):
        raise _bad(
            f"Database account '{request.name}' has the locations {names} with failover priorities {priorities}. Each "
            "location must be listed once, with priorities counting from 0.",
            "list every location once and count failoverPriority from 0",
        )
    for name, item in zip(names, locations, strict=True):
        if name not in REGIONS:
            raise _bad(
                f"Location '{name}' of database account '{request.name}' is not available.", "use a public region"
            )
        if item.get("isZoneRedundant") and not REGIONS[name]:
            raise _bad(
                f"Zone redundancy of database account '{request.name}' is not supported in '{name}'.",
                "set isZoneRedundant to false there",
            )


def _refuse_serverless(request: Request) -> None:
    serverless = _is_serverless(request.inputs)
    if request.old is not None and _is_serverless(request.old.properties) != serverless:
        raise _bad(
            f"The capability EnableServerless of database account '{request.name}' cannot be added or removed after "
            "creation.",
            "make another account and move the data",
        )
    if not serverless:
        return
    if len(request.get("locations", [])) > 1 or request.get("enableMultipleWriteLocations"):
        raise _bad(
            f"Serverless database account '{request.name}' can have one region only; it has "
            f"{len(request.get('locations', []))}, multiple write locations "
            f"{bool(request.get('enableMultipleWriteLocations'))}.",
            "use one location, or provisioned throughput",
        )


def _refuse_consistency(request: Request) -> None:
    level = str(request.get("consistencyPolicy.defaultConsistencyLevel", ""))
    if level.lower() == "strong" and request.get("enableMultipleWriteLocations"):
        raise _bad(
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


# Databases and containers


def _account_of(request: Request) -> Record | None:
    return request.cloud.get(request.id.split("/sqlDatabases/")[0])


def _refuse_name(request: Request) -> None:
    name = request.name
    if not 1 <= len(name) <= LONGEST_NAME or set(name) & FORBIDDEN_IN_NAMES or name.endswith(" "):
        raise _bad(
            f"The name '{name}' of {request.type.kind} is invalid: up to {LONGEST_NAME} characters, none of "
            f"{' '.join(sorted(FORBIDDEN_IN_NAMES))}, no space at the end.",
            "choose another name",
        )
    if request.get("resource.id") != name:
        raise _bad(
            f"The resource name '{name}' in the URL and resource.id '{request.get('resource.id')}' in the body of "
            f"{request.id} must be the same.",
            "set resource.id to the name",
        )


def _refuse_throughput(request: Request) -> None:
    fixed, autoscale = request.get("options.throughput"), request.get("options.autoscaleSettings.maxThroughput")
    account = _account_of(request)
    if fixed is None and autoscale is None:
        return
    if account is not None and _is_serverless(account.properties):
        raise _bad(
            "Setting offer throughput or autopilot is not supported for serverless accounts. "
            f"{request.id} has throughput {fixed or autoscale}.",
            "leave options out",
        )
    if fixed is not None and autoscale is not None:
        raise _bad(f"{request.id} has both throughput and autoscaleSettings.", "use one of them")
    if fixed is not None and (fixed < LEAST_THROUGHPUT or fixed % THROUGHPUT_STEP):
        raise _bad(
            f"The throughput {fixed} of {request.id} is invalid: at least {LEAST_THROUGHPUT}, in steps of "
            f"{THROUGHPUT_STEP}.",
            "use the next larger step",
        )
    if autoscale is not None and (autoscale < LEAST_AUTOSCALE or autoscale % LEAST_AUTOSCALE):
        raise _bad(
            f"The maxThroughput {autoscale} of {request.id} is invalid: at least {LEAST_AUTOSCALE}, in steps of "
            f"{LEAST_AUTOSCALE}.",
            "use the next larger step",
        )


def _refuse_partition_key(request: Request) -> None:
    paths = request.get("resource.partitionKey.paths", [])
    kind = str(request.get("resource.partitionKey.kind", "Hash")).lower()
    most = MOST_KEY_LEVELS if kind == "multihash" else 1
    if not 1 <= len(paths) <= most or any(not path.startswith("/") or len(path) < 2 for path in paths):
        raise _bad(
            f"The partition key of {request.id} is invalid: {paths} of kind {kind}. It has 1 to {most} paths, each "
            "beginning with '/'.",
            "name a property, as /sessionId",
        )
    before = request.was("resource.partitionKey.paths")
    if before is not None and before != paths:
        raise _bad(
            f"Document collection partition key cannot be changed. {request.id} has {before}, the request {paths}.",
            "make another container and copy the data",
        )
    keys, after = request.was("resource.uniqueKeyPolicy"), request.get("resource.uniqueKeyPolicy")
    if request.old is not None and (keys or None) != (after or None):
        raise _bad(
            f"The unique index of {request.id} cannot be modified. To change the unique index, remove the collection "
            "and re-create a new one.",
            "make another container and copy the data",
        )


def _refuse_expiry(request: Request) -> None:
    seconds = request.get("resource.defaultTtl")
    if seconds is not None and seconds != -1 and seconds <= 0:
        raise _bad(
            f"The defaultTtl {seconds} of {request.id} is invalid.",
            "use -1 (off unless an item says so) or a number of seconds",
        )


# Roles


def _refuse_role(request: Request) -> None:
    account = arm_ids.parent(request.id)
    try:
        uuid.UUID(request.name)
    except ValueError:
        raise _bad(
            f"The role assignment id '{request.name}' must be a GUID.",
            "derive it with uuid5 from scope, principal and role",
        ) from None
    role = str(request.get("roleDefinitionId", ""))
    if arm_ids.name(role) not in BUILT_IN_ROLES or not arm_ids.is_inside(role, account):
        raise Refused(
            "NotFound",
            f"The role definition '{role}' does not exist on {account}.",
            f"use {account}/sqlRoleDefinitions/ with {' or '.join(BUILT_IN_ROLES)}",
        )
    if not arm_ids.is_inside(str(request.get("scope", "")), account):
        raise _bad(
            f"The scope '{request.get('scope')}' of role assignment '{request.name}' is not inside {account}.",
            "use the id of the account, or of /dbs/<database> below it",
        )
    for other in request.cloud.children(account, ROLE):
        same = all(
            arm_ids.same(other.properties.get(key), request.get(key))
            for key in ("principalId", "roleDefinitionId", "scope")
        )
        if same and not arm_ids.same(other.id, request.id):
            raise Refused("Conflict", f"The role assignment already exists: {other.id}.", "declare it once")


TYPES: Final = (
    ArmType(
        token=ACCOUNT,
        path=PATH,
        limits={
            "accountName": _ACCOUNT_NAME,
            "consistencyPolicy.maxStalenessPrefix": Limit(low=1, high=2147483647),
            "consistencyPolicy.maxIntervalInSeconds": Limit(low=5, high=86400),
            "locations[].failoverPriority": Limit(low=0),
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
        live=_account_live,
        gone=principal_gone,
    ),
    ArmType(
        token=DATABASE,
        path=DATABASE_PATH,
        limits={"accountName": _ACCOUNT_NAME},
        rules=(_refuse_name, _refuse_throughput),
    ),
    ArmType(
        token=CONTAINER,
        path=f"{DATABASE_PATH}/containers/{{containerName}}",
        limits={"accountName": _ACCOUNT_NAME, "resource.partitionKey.version": Limit(low=1, high=2)},
        rules=(_refuse_name, _refuse_throughput, _refuse_partition_key, _refuse_expiry),
    ),
    ArmType(
        token=ROLE,
        path=f"{PATH}/sqlRoleAssignments/{{roleAssignmentId}}",
        auto_name="uuid",
        limits={"accountName": _ACCOUNT_NAME},
        force_new=("principalId", "scope"),
        rules=(_refuse_role,),
    ),
)
