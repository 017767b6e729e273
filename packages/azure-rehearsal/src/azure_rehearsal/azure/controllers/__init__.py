"""What the controllers of clusters make in Azure: load balancers of Services, disks of volumes, records of routes.

    principals.py       who a controller is, and Azure's refusals where it lacks a role
    load_balancers.py   cloud-provider-azure, which AKS runs: load balancers from Services
    wishes.py           what a Service asks for
    frontends.py        where it gets it
    disks.py            the Azure Disk CSI driver, which AKS runs
    records.py          external-dns
    types.py            the resource types that only controllers make
    marks.py            the cause of what was made

These records have no inputs, for no program wrote them, and a cause: what a cluster made and leaves behind is told with
the object that it was made from. AKS deletes the group of the nodes with the cluster, and with it most of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from azure_rehearsal.azure.controllers import disks, load_balancers, records
from azure_rehearsal.azure.controllers.principals import cluster_of
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.kubernetes.cloud_controller_api import Cause, Endpoint, ExternalDnsOptions, PodIdentity, Provided


class Controllers:
    """`azure_rehearsal.kubernetes.cloud_controller_api.CloudControllerApi` on a simulated Azure."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def exists(self, cluster_id: str) -> bool:
        return cluster_of(self._cloud, cluster_id) is not None

    def sync_load_balancers(self, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
        return load_balancers.balance(self._cloud, cluster_id, services)

    def provide_disk(self, cause: Cause, volume: str, gib: int, parameters: Mapping[str, str]) -> Provided:
        return disks.provide_disk(self._cloud, cause, volume, gib, parameters)

    def remove_disk(self, id: str) -> None:
        disks.remove_disk(self._cloud, id)

    def sync_records(self, cluster_id: str, options: ExternalDnsOptions, endpoints: Sequence[Endpoint]) -> list[str]:
        return records.keep_records(self._cloud, cluster_id, options, endpoints)

    def zone_problem(self, cluster_id: str, identity: PodIdentity, resource_group: str, zone: str) -> str:
        return records.zone_problem(self._cloud, cluster_id, identity, resource_group, zone)
