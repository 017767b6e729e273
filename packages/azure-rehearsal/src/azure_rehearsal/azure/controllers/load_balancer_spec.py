"""The load balancer settings of a Service of type LoadBalancer, and the frontend binding that it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.kubernetes.cloud_controller_api import Cause

ANNOTATION: Final = "service.beta.kubernetes.io/"
INTERNAL: Final = f"{ANNOTATION}azure-load-balancer-internal"
INTERNAL_SUBNET: Final = f"{ANNOTATION}azure-load-balancer-internal-subnet"
RESOURCE_GROUP: Final = f"{ANNOTATION}azure-load-balancer-resource-group"
ADDRESS_NAME: Final = f"{ANNOTATION}azure-pip-name"
ADDRESS_IPV4: Final = f"{ANNOTATION}azure-load-balancer-ipv4"

PUBLIC_LOAD_BALANCER: Final = "kubernetes"
INTERNAL_LOAD_BALANCER: Final = "kubernetes-internal"


@dataclass(frozen=True)
class FrontendBinding:
    """The address of a frontend: a public IP address resource, or a private address in a subnet."""

    address: str
    public_id: str = ""
    subnet_id: str = ""


@dataclass(frozen=True)
class LoadBalancerSpec:
    """One Service, as cloud-provider-azure reads it."""

    namespace: str
    name: str
    uid: str
    annotations: Mapping[str, str]
    spec: Mapping[str, Any]

    @classmethod
    def of(cls, service: Mapping[str, Any]) -> LoadBalancerSpec:
        """The settings of a Service object."""
        metadata = service["metadata"]
        annotations = metadata.get("annotations") or {}
        return cls(metadata["namespace"], metadata["name"], metadata["uid"], annotations, service["spec"])

    @property
    def full_name(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def frontend(self) -> str:
        """The name of the frontend, and the prefix of its rules' names."""
        return f"a{self.uid.replace('-', '')}"[:32]

    @property
    def load_balancer(self) -> str:
        """The name of the load balancer for this Service."""
        return INTERNAL_LOAD_BALANCER if self.annotations.get(INTERNAL) == "true" else PUBLIC_LOAD_BALANCER

    def cause(self, cluster: Record) -> Cause:
        """The Service as the cause of the resources created for it."""
        return Cause(cluster.creation_id, cluster.properties["name"], "v1", "Service", self.namespace, self.name)

    @property
    def requested_address(self) -> str:
        """The address that the Service requests, or `""`."""
        return self.annotations.get(ADDRESS_IPV4) or self.spec.get("loadBalancerIP") or ""

    @property
    def ports(self) -> list[tuple[str, int]]:
        """Protocol and port of every Service port."""
        return [(port.get("protocol", "TCP"), port["port"]) for port in self.spec.get("ports") or []]
