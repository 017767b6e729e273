"""Formats of well-known values that Azure generates, by type token and output path.

`{name}`, `{module}`, `{location}`, `{ip}` and `{uuid}` are replaced. A path is filled only if its parent exists.
Sources: the REST reference pages of each service on learn.microsoft.com; none was confirmed on a live Azure.
"""

from __future__ import annotations

from typing import Final

_SITE: Final = {"defaultHostName": "{name}.azurewebsites.net", "repositorySiteName": "{name}", "state": "Running"}

KNOWN_OUTPUTS: Final[dict[str, dict[str, str]]] = {
    "azure-native:apimanagement:ApiManagementService": {
        "gatewayUrl": "https://{name}.azure-api.net",
        "developerPortalUrl": "https://{name}.developer.azure-api.net",
        "managementApiUrl": "https://{name}.management.azure-api.net",
    },
    "azure-native:app:ContainerApp": {
        "configuration.ingress.fqdn": "{name}.{location}.azurecontainerapps.io",
        "latestRevisionName": "{name}--{uuid}",
    },
    "azure-native:app:ManagedEnvironment": {
        "defaultDomain": "{name}.{location}.azurecontainerapps.io",
        "staticIp": "{ip}",
    },
    "azure-native:appconfiguration:ConfigurationStore": {"endpoint": "https://{name}.azconfig.io"},
    "azure-native:batch:BatchAccount": {"accountEndpoint": "{name}.{location}.batch.azure.com"},
    "azure-native:cdn:AFDEndpoint": {"hostName": "{name}.z01.azurefd.net"},
    "azure-native:cdn:Endpoint": {"hostName": "{name}.azureedge.net"},
    "azure-native:cognitiveservices:Account": {"endpoint": "https://{name}.cognitiveservices.azure.com/"},
    "azure-native:containerinstance:ContainerGroup": {"ipAddress.ip": "{ip}"},
    "azure-native:eventgrid:Topic": {"endpoint": "https://{name}.{location}-1.eventgrid.azure.net/api/events"},
    "azure-native:eventhub:Namespace": {"serviceBusEndpoint": "https://{name}.servicebus.windows.net:443/"},
    "azure-native:iothub:IotHubResource": {"hostName": "{name}.azure-devices.net"},
    "azure-native:kusto:Cluster": {"uri": "https://{name}.{location}.kusto.windows.net"},
    "azure-native:logic:Workflow": {"accessEndpoint": "https://prod.{location}.logic.azure.com/workflows/{uuid}"},
    "azure-native:search:Service": {"endpoint": "https://{name}.search.windows.net"},
    "azure-native:servicebus:Namespace": {"serviceBusEndpoint": "https://{name}.servicebus.windows.net:443/"},
    "azure-native:signalrservice:SignalR": {"hostName": "{name}.service.signalr.net"},
    "azure-native:sql:ManagedInstance": {"fullyQualifiedDomainName": "{name}.{uuid}.database.windows.net"},
    "azure-native:sql:Server": {"fullyQualifiedDomainName": "{name}.database.windows.net", "state": "Ready"},
    "azure-native:web:StaticSite": {"defaultHostname": "{name}.azurestaticapps.net"},
    "azure-native:web:WebApp": _SITE,
    "azure-native:web:WebAppSlot": _SITE,
    "azure-native:webpubsub:WebPubSub": {"hostName": "{name}.webpubsub.azure.com"},
}
