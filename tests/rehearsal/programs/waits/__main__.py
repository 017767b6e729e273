"""The first network of a region, with two subnets at once and a flow log that waits for the watcher by setting."""

from __future__ import annotations

import sys
from pathlib import Path

import pulumi
import pulumi_azure_native as azure

sys.path.insert(0, str(Path(__file__).parents[4]))

from components.aliases import remove_historic_aliases
from components.creation_retries import MISSING_WATCHER, retry_on

remove_historic_aliases()
patient = pulumi.Config("waits").require_bool("patient")

group = azure.resources.ResourceGroup("group", resource_group_name="rg-waits", location="westeurope")
network = azure.network.VirtualNetwork(
    "network",
    virtual_network_name="vnet-waits",
    resource_group_name=group.name,
    address_space=azure.network.AddressSpaceArgs(address_prefixes=["10.10.0.0/16"]),
)
for number in range(2):
    azure.network.Subnet(
        f"subnet-{number}",
        subnet_name=f"snet-{number}",
        virtual_network_name=network.name,
        resource_group_name=group.name,
        address_prefix=f"10.10.{number}.0/24",
    )
account = azure.storage.StorageAccount(
    "account",
    account_name="stwaits",
    resource_group_name=group.name,
    kind="StorageV2",
    sku=azure.storage.SkuArgs(name="Standard_LRS"),
    allow_shared_key_access=True,
)
azure.network.FlowLog(
    "flow-log",
    resource_group_name="NetworkWatcherRG",
    network_watcher_name="NetworkWatcher_westeurope",
    flow_log_name="flow-waits",
    location="westeurope",
    target_resource_id=network.id,
    storage_id=account.id,
    opts=pulumi.ResourceOptions(hooks=retry_on("flow-log", MISSING_WATCHER) if patient else None),
)
