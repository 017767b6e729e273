"""Lists: the resources of a group, those of one type in a group, and the Kubernetes versions of a region.

Examples: specification/resources/resource-manager/Microsoft.Resources/stable/2021-04-01/examples/ListResources.json,
specification/containerservice/resource-manager/Microsoft.ContainerService/aks/stable/2024-09-01/examples/
KubernetesVersions_List.json. As on Azure, the list of a group has the resources with a location, and no others.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.arm import ResourceManager
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page
from azure_rehearsal.azure.rest.resources import body_of
from azure_rehearsal.azure.services.containerservice.kubernetes_versions import DEFAULT_VERSION, LATEST_PATCH

_AKS: Final = "Microsoft.ContainerService"


def _group_records(request: ArmRequest) -> list[Record]:
    """The records in the group of the path. Raises `ArmError` if it does not exist."""
    group = f"{request.subscription}/resourceGroups/{request.path['group']}"
    if request.cloud.get(group) is None:
        raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{request.path['group']}' could not be found.")
    known = type_registry.types()
    return [item for item in request.cloud.inside(group) if item.type in known]


def _resources(request: ArmRequest) -> dict[str, Any]:
    tracked = [item for item in _group_records(request) if item.properties.get("location")]
    return page([{key: value for key, value in body_of(item).items() if key != "properties"} for item in tracked])


def _of_type(request: ArmRequest) -> dict[str, Any]:
    kind = f"{request.path['namespace']}/{request.path['kind']}".lower()
    manager = ResourceManager(request.cloud, request.client)
    found = [item for item in _group_records(request) if arm_ids.kind(item.id).lower() == kind]
    return page([body_of(item, manager.read(item)) for item in found])


def _kubernetes_versions(request: ArmRequest) -> dict[str, Any]:
    request.require_registered(_AKS)
    plans = ["KubernetesOfficial", "AKSLongTermSupport"]
    return {
        "values": [
            {
                "version": version,
                **({"isDefault": True} if version == DEFAULT_VERSION else {}),
                "capabilities": {"supportPlan": plans},
                "patchVersions": {patch: {"upgrades": []}},
            }
            for version, patch in LATEST_PATCH.items()
            if request.location
        ]
    }


_GROUP: Final = "/subscriptions/{subscription}/resourceGroups/{group}"

ROUTES: Final = (
    Route("GET", f"{_GROUP}/resources", _resources),
    Route(
        "GET",
        f"/subscriptions/{{subscription}}/providers/{_AKS}/locations/{{location}}/kubernetesVersions",
        _kubernetes_versions,
    ),
)
OF_TYPE: Final = (Route("GET", f"{_GROUP}/providers/{{namespace}}/{{kind}}", _of_type),)
"""Tried after the lists of special types."""
