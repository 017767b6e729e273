"""Service tags that a security rule can use instead of addresses.

Source: learn.microsoft.com/azure/virtual-network/service-tags-overview, as of 2026-11. Most tags can be limited
to a region (`Storage.WestEurope`). The rehearsal warns about other tags; add new ones here.
"""

from __future__ import annotations

import re
from typing import Final

from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.data.regions import REGIONS

DEFAULT_TAGS: Final = frozenset({"*", "internet", "virtualnetwork", "azureloadbalancer"})

SERVICE_TAGS: Final = frozenset(
    tag.lower()
    for tag in (
        "ActionGroup", "ApiManagement", "AppConfiguration", "AppService", "AppServiceManagement",
        "AzureActiveDirectory", "AzureAdvancedThreatProtection", "AzureArcInfrastructure", "AzureAttestation",
        "AzureBackup", "AzureBotService", "AzureCloud", "AzureCognitiveSearch", "AzureConnectors",
        "AzureContainerAppsService", "AzureContainerRegistry", "AzureCosmosDB", "AzureDatabricks",
        "AzureDataExplorerManagement", "AzureDevOps", "AzureDigitalTwins", "AzureEventGrid", "AzureFrontDoor.Backend",
        "AzureFrontDoor.Frontend", "AzureFrontDoor.FirstParty", "AzureInformationProtection", "AzureIoTHub",
        "AzureKeyVault", "AzureMachineLearning", "AzureManagedGrafana", "AzureMonitor", "AzureOpenDatasets",
        "AzurePlatformDNS", "AzurePlatformIMDS", "AzurePlatformLKM", "AzureResourceManager", "AzureSentinel",
        "AzureSignalR", "AzureSiteRecovery", "AzureSpringCloud", "AzureSQL", "AzureStack", "AzureTrafficManager",
        "AzureUpdateDelivery", "AzureWebPubSub", "BatchNodeManagement", "ChaosStudio", "CognitiveServicesFrontend",
        "CognitiveServicesManagement", "DataFactory", "DataFactoryManagement", "EventHub", "GatewayManager",
        "GuestAndHybridManagement", "HDInsight", "LogicApps", "LogicAppsManagement", "M365ManagementActivityApi",
        "Marketplace", "MicrosoftAzureFluidRelay", "MicrosoftCloudAppSecurity", "MicrosoftContainerRegistry",
        "MicrosoftDefenderForEndpoint", "PowerBI", "PowerPlatformInfra", "Scuba", "SerialConsole", "ServiceBus",
        "ServiceFabric", "Sql", "SqlManagement", "Storage", "StorageSyncService", "VideoIndexer",
        "WindowsVirtualDesktop",
    )
)  # fmt: skip


_TAG_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*")


def warn_of_unknown_tag(request: Request, text: str) -> bool:
    """Whether `text` can be a service tag although it is not known; warns if so."""
    if is_tag(text) or not _TAG_NAME.fullmatch(text):
        return False
    request.warn_unknown("service tag", text)
    return True


def is_tag(text: str) -> bool:
    """Whether `text` is a default tag, a service tag, or a service tag of a region."""
    lowered = text.lower()
    service, _, region = lowered.rpartition(".")
    return lowered in DEFAULT_TAGS or lowered in SERVICE_TAGS or (service in SERVICE_TAGS and region in REGIONS)
