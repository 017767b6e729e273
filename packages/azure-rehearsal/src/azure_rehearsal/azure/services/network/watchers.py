"""Network watchers: Azure makes one for each region as soon as a virtual network is there.

`NetworkWatcher_<region>` in the resource group `NetworkWatcherRG`, one for each region of a subscription. Source:
learn.microsoft.com/azure/network-watcher/network-watcher-create.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids, default_resources
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.services.resources.groups import RESOURCE_GROUP

WATCHER: Final = "azure-native:network:NetworkWatcher"
WATCHER_PATH: Final = arm_ids.provider_id("Microsoft.Network/networkWatchers", "networkWatcherName")
WATCHER_GROUP: Final = "NetworkWatcherRG"


def watcher_name(location: str) -> str:
    return f"NetworkWatcher_{location}"


def watch_region(request: Request, record: Record) -> None:
    """Makes the watcher of a virtual network's region, unless there is one."""
    location = request.location
    names = {"subscriptionId": request.client.subscription_id, "resourceGroupName": WATCHER_GROUP}
    group = arm_ids.fill(arm_ids.RESOURCE_GROUP, names)
    watcher = arm_ids.fill(WATCHER_PATH, {**names, "networkWatcherName": watcher_name(location)})
    default_resources.add(request.cloud, group, RESOURCE_GROUP.token, {"location": location})
    default_resources.add(request.cloud, watcher, WATCHER, {"location": location, "provisioningState": "Succeeded"})
