"""Quotas and their use in a region.

Examples: specification/compute/resource-manager/Microsoft.Compute/ComputeRP/stable/2024-07-01/examples/usageExamples/
Usage_List_MaximumSet_Gen.json, specification/network/resource-manager/Microsoft.Network/stable/2024-05-01/examples/
UsageList.json, specification/postgresql/resource-manager/Microsoft.DBforPostgreSQL/stable/2024-08-01/examples/
QuotaUsagesForFlexibleServers.json. As on Azure, the provider must be registered.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.quota_usage import usage_in, used
from azure_rehearsal.azure.data.quotas import COMPUTE, NETWORK, POSTGRESQL, QUOTAS
from azure_rehearsal.azure.rest.request import ArmRequest, Handler, Route, page


def _usages(namespace: str) -> Handler:
    def handler(request: ArmRequest) -> dict[str, Any]:
        request.require_registered(namespace)
        usage, limits = usage_in(request.cloud, request.location), request.cloud.subscription.quotas
        return page(
            [
                {
                    "limit": limits.get(quota.key, quota.limit),
                    "unit": "Count",
                    "currentValue": used(usage, quota),
                    "name": {"value": quota.name, "localizedValue": quota.title},
                    **_id(request, quota.namespace, quota.name),
                }
                for quota in QUOTAS
                if quota.namespace == namespace
            ]
        )

    return handler


def _id(request: ArmRequest, namespace: str, name: str) -> dict[str, str]:
    """The id of a usage. Compute has none, PostgreSQL an empty one."""
    if namespace == COMPUTE:
        return {}
    if namespace == POSTGRESQL:
        return {"id": ""}
    return {"id": f"{request.subscription}/providers/{namespace}/locations/{request.location}/usages/{name}"}


_ANY: Final = "/subscriptions/{subscription}/providers"

ROUTES: Final = (
    Route("GET", f"{_ANY}/{COMPUTE}/locations/{{location}}/usages", _usages(COMPUTE)),
    Route("GET", f"{_ANY}/{NETWORK}/locations/{{location}}/usages", _usages(NETWORK)),
    Route(
        "GET",
        f"{_ANY}/{POSTGRESQL}/locations/{{location}}/resourceType/flexibleServers/usages",
        _usages(POSTGRESQL),
    ),
)
