"""Clusters that tests change, and cases of refused clusters."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.world import GROUP, Case, Made, World, merged

SYSTEM_POOL: Final = {"name": "system", "mode": "System", "vmSize": "Standard_D4s_v5", "count": 2}


def cluster(world: World, **changes: Any) -> Made:
    """A cluster in a world that `World.place_for_cluster` has prepared."""
    inputs = world.cluster_inputs(world["id-cluster"], world["snet-nodes"], **changes)
    return world.make("containerservice:ManagedCluster", "aks", **inputs)


def network(**changes: Any) -> dict[str, Any]:
    return {"networkProfile": changes}


def access(**changes: Any) -> dict[str, Any]:
    return {"apiServerAccessProfile": changes}


def refused_cluster(
    name: str, code: str, *words: str, changes: Any = None, given: Any = World.place_for_cluster
) -> Case:
    """A cluster with these changes, which may be a function of the world."""

    def write(world: World) -> Made:
        return cluster(world, **(changes(world) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, words, given=given)


def refused_edit(name: str, code: str, *words: str, changes: Any, given: Any = World.cluster) -> Case:
    """A change of a cluster that is there."""

    def write(world: World) -> Made:
        return world.change(world["aks"], **(changes(world) if callable(changes) else changes))

    return Case("containerservice:ManagedCluster", name, write, code, words, given=given)


API_SERVER: Final = [{"name": "aks", "serviceName": "Microsoft.ContainerService/managedClusters"}]


def api_server_subnet(world: World, prefix: str = "10.10.9.0/28", delegations: Any = None) -> dict[str, Any]:
    world.subnet("snet-api", prefix, delegations=API_SERVER if delegations is None else delegations)
    return access(enableVnetIntegration=True, subnetId=world["snet-api"].id)


def kubelet(world: World, **changes: Any) -> dict[str, Any]:
    identity = world.identity("id-kubelet")
    profile = {
        "resourceId": identity.id,
        "clientId": identity["clientId"],
        "objectId": identity["principalId"],
        **changes,
    }
    return {"identityProfile": {"kubeletidentity": profile}}


def maintenance(world: World, name: str = "aksManagedAutoUpgradeSchedule", **changes: Any) -> Made:
    window = {
        "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
        "durationHours": 4,
        "startTime": "02:00",
    }
    inputs = {
        "resourceGroupName": GROUP,
        "resourceName": "aks-voice",
        "configName": name,
        "maintenanceWindow": window,
    }
    return world.make("containerservice:MaintenanceConfiguration", name, **merged(inputs, changes))
