"""Subscriptions, tenants, locations and resource groups.

Examples: specification/resources/resource-manager/Microsoft.Resources/stable/2022-12-01/examples/{GetSubscription,
GetTenants,GetLocations}.json and stable/2021-04-01/examples/CheckExistenceResourceGroups.json. The property
`availabilityZoneMappings` is in the schema of the same version (`Location`), not in its examples.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.data.region_pairs import PAIRS
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page
from azure_rehearsal.azure.rest.resources import body_of
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP


def _subscription(request: ArmRequest) -> dict[str, Any]:
    return {
        "id": request.subscription,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": request.subscription_id,
        "tenantId": request.client.tenant_id,
        "displayName": "Simulated subscription",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _subscriptions(request: ArmRequest) -> dict[str, Any]:
    ids = sorted(request.subscriptions) or [request.client.subscription_id]
    return page([_subscription(ArmRequest(request.cloud, request.client, path={"subscription": id})) for id in ids])


def _tenants(request: ArmRequest) -> dict[str, Any]:
    tenant = request.client.tenant_id
    return page(
        [
            {
                "id": f"/tenants/{tenant}",
                "tenantId": tenant,
                "countryCode": "US",
                "displayName": "Simulated tenant",
                "domains": ["example.onmicrosoft.com"],
                "tenantCategory": "Home",
                "defaultDomain": "example.onmicrosoft.com",
                "tenantType": "AAD",
            }
        ]
    )


def _locations(request: ArmRequest) -> dict[str, Any]:
    return page([_location(request, name) for name in sorted(REGIONS)])


def _location(request: ArmRequest, name: str) -> dict[str, Any]:
    """One location. A region without zones has no mappings, one without a pair an empty list of pairs."""
    id, zones = f"{request.subscription}/locations", REGIONS[name]
    pair = PAIRS.get(name)
    mappings = [{"logicalZone": zone, "physicalZone": f"{name}-az{zone}"} for zone in zones]
    return {
        "id": f"{id}/{name}",
        "name": name,
        "type": "Region",
        "displayName": name,
        "regionalDisplayName": name,
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended" if zones else "Other",
            "pairedRegion": [{"name": pair, "id": f"{id}/{pair}"}] if pair else [],
        },
        **({"availabilityZoneMappings": mappings} if mappings else {}),
    }


def _groups(request: ArmRequest) -> dict[str, Any]:
    records = request.cloud.of_type(RESOURCE_GROUP.token)
    return page([body_of(item) for item in records if arm_ids.is_inside(item.id, request.subscription)])


def _has_group(request: ArmRequest) -> None:
    """The HEAD of a group: 204 or 404."""
    if request.cloud.get(f"{request.subscription}/resourceGroups/{request.path['group']}") is None:
        raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{request.path['group']}' could not be found.")


_ONE: Final = "/subscriptions/{subscription}"

ROUTES: Final = (
    Route("GET", "/subscriptions", _subscriptions),
    Route("GET", _ONE, _subscription),
    Route("GET", "/tenants", _tenants),
    Route("GET", f"{_ONE}/locations", _locations),
    Route("GET", f"{_ONE}/resourcegroups", _groups),
    Route("HEAD", f"{_ONE}/resourcegroups/{{group}}", _has_group),
)
