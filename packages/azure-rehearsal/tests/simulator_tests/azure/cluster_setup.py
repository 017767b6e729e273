"""Clusters that tests change, and cases of refused clusters."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import GROUP, AzureHarness, Case, Deployed, merged

SYSTEM_POOL: Final = {"name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 2}


def cluster(azure: AzureHarness, **changes: Any) -> Deployed:
    """A cluster; requires `AzureHarness.cluster_prerequisites`."""
    inputs = azure.cluster_inputs(azure["id-cluster"], azure["snet-nodes"], **changes)
    return azure.make("containerservice:ManagedCluster", "aks", **inputs)


def network(**changes: Any) -> dict[str, Any]:
    return {"networkProfile": changes}


def access(**changes: Any) -> dict[str, Any]:
    return {"apiServerAccessProfile": changes}


def refused_cluster(
    name: str, code: str, *fragments: str, changes: Any = None, setup: Any = AzureHarness.cluster_prerequisites
) -> Case:
    """The creation of a cluster with these changes; `changes` can be a function of the harness."""

    def write(azure: AzureHarness) -> Deployed:
        return cluster(azure, **(changes(azure) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, fragments, setup=setup)


def refused_edit(name: str, code: str, *fragments: str, changes: Any, setup: Any = AzureHarness.cluster) -> Case:
    """The update of an existing cluster with these changes."""

    def write(azure: AzureHarness) -> Deployed:
        return azure.change(azure["aks"], **(changes(azure) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, fragments, setup=setup)


API_SERVER_DELEGATION: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


def api_server_subnet(azure: AzureHarness, prefix: str = "10.10.9.0/28", delegations: Any = None) -> dict[str, Any]:
    azure.subnet("snet-api", prefix, delegations=API_SERVER_DELEGATION if delegations is None else delegations)
    return access(enableVnetIntegration=True, subnetId=azure["snet-api"].id)


def kubelet(azure: AzureHarness, **changes: Any) -> dict[str, Any]:
    identity = azure.identity("id-kubelet")
    profile = {
        "resourceId": identity.id,
        "clientId": identity["clientId"],
        "objectId": identity["principalId"],
        **changes,
    }
    return {"identityProfile": {"kubeletidentity": profile}}


def maintenance(azure: AzureHarness, name: str = "aksManagedAutoUpgradeSchedule", **changes: Any) -> Deployed:
    window = {
        "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
        "durationHours": 4,
        "startTime": "02:00",
    }
    inputs = {
        "resourceGroupName": GROUP,
        "resourceName": "aks-shop",
        "configName": name,
        "maintenanceWindow": window,
    }
    return azure.make("containerservice:MaintenanceConfiguration", name, **merged(inputs, changes))
