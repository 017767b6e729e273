"""Disks of persistent volumes, created and deleted as the Azure Disk CSI driver does.

Source: `pkg/azureutils/azure_disk_utils.go` of kubernetes-sigs/azuredisk-csi-driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from azure_rehearsal.azure.controllers.ownership import with_causes
from azure_rehearsal.azure.controllers.permissions import cluster_of, control_plane, group_id, node_group
from azure_rehearsal.azure.controllers.resource_types import DISK
from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.data.role_definitions import FULL_ACCESS_ROLES
from azure_rehearsal.azure.services.authorization.role_assignment import has_role
from azure_rehearsal.kubernetes.cloud_controller_api import Cause, Provided

SKUS: Final = (
    "Premium_LRS",
    "PremiumV2_LRS",
    "Premium_ZRS",
    "Standard_LRS",
    "StandardSSD_LRS",
    "StandardSSD_ZRS",
    "UltraSSD_LRS",
)
DEFAULT_SKU: Final = "StandardSSD_LRS"
_SKU_PARAMETERS: Final = ("skuname", "storageaccounttype")
_GROUP_PARAMETER: Final = "resourcegroup"
DISK_ROLES: Final = FULL_ACCESS_ROLES | {"Virtual Machine Contributor"}


def provide_disk(cloud: Cloud, cause: Cause, volume: str, gib: int, parameters: Mapping[str, str]) -> Provided:
    """Creates the disk of a volume if it does not exist, and returns its id or the driver's error."""
    cluster = cluster_of(cloud, cause.cluster_id)
    if cluster is None:
        return Provided(problem="the cluster does not exist any more")
    options = {name.lower(): value for name, value in parameters.items()}
    sku = next((options[name] for name in _SKU_PARAMETERS if name in options), DEFAULT_SKU)
    if sku not in SKUS:
        return Provided(
            problem=f"rpc error: code = InvalidArgument desc = azureDisk - {sku} is not supported "
            f"sku/storageaccounttype. Supported values are [{' '.join(SKUS)}]"
        )
    group = group_id(cluster, options[_GROUP_PARAMETER]) if _GROUP_PARAMETER in options else node_group(cluster)
    if problem := _authorization_error(cloud, cluster, group):
        return Provided(problem=problem)
    id = f"{group}/providers/{arm_ids.kind(DISK.path)}/{volume}"
    with cloud.lock:
        if cloud.get(id) is None:
            properties = {
                "name": volume,
                "type": DISK.kind,
                "location": cluster.properties["location"],
                "sku": {"name": sku},
                "diskSizeGB": gib,
                "creationData": {"createOption": "Empty"},
                "diskState": "Unattached",
                "provisioningState": "Succeeded",
            }
            disk = Record(id, DISK.token, properties, creation=cloud.next_creation(id), run=cloud.run)
            cloud.put(with_causes(disk, {id: cause}))
            cloud.save()
    return Provided(id)


def remove_disk(cloud: Cloud, id: str) -> None:
    """Deletes a disk if it exists."""
    with cloud.lock:
        if cloud.drop(id) is not None:
            cloud.save()


def _authorization_error(cloud: Cloud, cluster: Record, group: str) -> str:
    """Why the driver cannot create a disk in a group. AKS grants it access to the node resource group."""
    if arm_ids.same(group, node_group(cluster)):
        return ""
    if cloud.get(group) is None:
        return f"404 Not Found, ResourceGroupNotFound: Resource group '{arm_ids.name(group)}' could not be found."
    principal = control_plane(cloud, cluster)
    if has_role(cloud, principal, DISK_ROLES, group):
        return ""
    return (
        f"403 Forbidden, AuthorizationFailed: The client '{principal}' does not have authorization to perform action "
        f"'Microsoft.Compute/disks/write' over scope '{group}'."
    )
