"""The Azure side of controllers that run in a cluster: load balancers of Services, disks of volumes, DNS records.

This package implements `azure_rehearsal.kubernetes`'s interface to Azure on a simulated cloud. It is not in
`services/`: a controller is a client of several services, not a resource provider, and no program declares the
resources that it creates. The loops that watch Kubernetes objects belong in `azure_rehearsal.kubernetes.controllers`.

    load_balancers.py       cloud-provider-azure, part of AKS: the load balancers of all Services of a cluster
    load_balancer_spec.py   the load balancer settings of one Service
    frontends.py            the frontend address of one Service
    disks.py                the Azure Disk CSI driver, part of AKS
    dns_records.py          external-dns
    permissions.py          the principals of controllers, and Azure's authorization errors
    resource_types.py       resource types that only controllers create
    ownership.py            the Kubernetes object (`Cause`) for which a resource was created

The created records have causes instead of inputs. A report of leftovers names the causes. AKS deletes the node resource
group with the cluster, and with it most of these resources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from azure_rehearsal.azure.controllers import disks, dns_records, load_balancers
from azure_rehearsal.azure.controllers.permissions import cluster_of
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.kubernetes.cloud_controller_api import Cause, Endpoint, ExternalDnsOptions, PodIdentity, Provided


class Controllers:
    """`azure_rehearsal.kubernetes.cloud_controller_api.CloudControllerApi` on a simulated Azure."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def exists(self, cluster_id: str) -> bool:
        return cluster_of(self._cloud, cluster_id) is not None

    def sync_load_balancers(self, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
        return load_balancers.sync_load_balancers(self._cloud, cluster_id, services)

    def provide_disk(self, cause: Cause, volume: str, gib: int, parameters: Mapping[str, str]) -> Provided:
        return disks.provide_disk(self._cloud, cause, volume, gib, parameters)

    def remove_disk(self, id: str) -> None:
        disks.remove_disk(self._cloud, id)

    def sync_records(self, cluster_id: str, options: ExternalDnsOptions, endpoints: Sequence[Endpoint]) -> list[str]:
        return dns_records.sync_records(self._cloud, cluster_id, options, endpoints)

    def zone_problem(self, cluster_id: str, identity: PodIdentity, resource_group: str, zone: str) -> str:
        return dns_records.zone_problem(self._cloud, cluster_id, identity, resource_group, zone)
