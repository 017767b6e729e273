"""Network watchers. Azure creates one per region some time after the first virtual network.

Its name is `NetworkWatcher_<region>`, its resource group `NetworkWatcherRG`. Sources:
learn.microsoft.com/azure/network-watcher/network-watcher-create; AKS-Construction#410 and #425 (a flow log in the same
deployment as the first network: ResourceGroupNotFound).
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids, default_resources
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.network.common import NAME
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP
from azure_rehearsal.protocol.provider import Refused


def _refuse_second_watcher(request: Request) -> None:
    if request.old is not None and request.old.inputs:
        return
    for watcher in request.cloud.of_type(WATCHER):
        if watcher.properties.get("location") == request.location:
            raise Refused(
                "NetworkWatcherCountLimitReached",
                "Cannot create more than 1 network watchers for this subscription in this region. "
                f"'{request.location}' has {watcher.id}.",
                f"use the one that Azure created: '{watcher_name(request.location)}' in '{WATCHER_GROUP}'",
            )


WATCHER: Final = "azure-native:network:NetworkWatcher"
WATCHER_PATH: Final = arm_ids.provider_id("Microsoft.Network/networkWatchers", "networkWatcherName")
WATCHER_GROUP: Final = "NetworkWatcherRG"


def watcher_name(location: str) -> str:
    """The name of a region's network watcher."""
    return f"NetworkWatcher_{location}"


def create_network_watcher(request: Request, record: Record) -> None:
    """Creates the watcher of a virtual network's region if it does not exist."""
    location = request.location
    names = {"subscriptionId": request.client.subscription_id, "resourceGroupName": WATCHER_GROUP}
    group = arm_ids.fill(arm_ids.RESOURCE_GROUP, names)
    watcher = arm_ids.fill(WATCHER_PATH, {**names, "networkWatcherName": watcher_name(location)})
    if request.cloud.get(watcher) is None:
        request.cloud.delayed.delay(watcher)
    default_resources.add(request.cloud, group, RESOURCE_GROUP.token, {"location": location})
    default_resources.add(request.cloud, watcher, WATCHER, {"location": location, "provisioningState": "Succeeded"})


def refuse_early_child(request: Request) -> None:
    """Refuses a child of a watcher that Azure has not created yet."""
    watcher = arm_ids.parent(request.id)
    if not request.cloud.delayed.is_missing(watcher):
        return
    remediation = (
        "Azure creates the watcher within minutes of the region's first virtual network: run the deployment again, or "
        "retry the creation with an error hook (pulumi.ErrorHook)"
    )
    if len(request.cloud.of_type(WATCHER)) > 1:
        raise Refused(
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type 'networkWatchers/flowLogs', because the parent resource "
            f"'{watcher}' could not be found.",
            remediation,
        )
    raise Refused("ResourceGroupNotFound", f"Resource group '{WATCHER_GROUP}' could not be found.", remediation)


TYPE: Final = ArmType(
    token=WATCHER,
    path=WATCHER_PATH,
    name=NAME,
    rules=(_refuse_second_watcher,),
)
