"""Namespaces, priority classes and storage classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from model.kubernetes import (
    NAMESPACES,
    PRIORITY_CLASSES,
    STORAGE_CLASSES,
    STORAGE_PROVISIONER,
    Namespace,
    PriorityClass,
    StorageClass,
)
from settings.schema.mesh import MeshSettings

_POD_SECURITY = "pod-security.kubernetes.io"
_MESH_REVISION = "istio.io/rev"
"""The label that enables AKS's sidecar injection; Istio's own `istio-injection` would disable it."""


@dataclass(frozen=True, kw_only=True)
class NamespacesArgs:
    """Args of `Namespaces`.

    `kubernetes_version` pins the version of the Pod Security rules. `mesh` selects the namespaces with sidecars and
    their revision. `after` contains the cluster with its pools, so that nodes are deleted after the pods.
    """

    kubernetes_version: str
    mesh: MeshSettings
    after: Sequence[pulumi.Resource] = ()


class Namespaces(pulumi.ComponentResource):
    """The namespaces, priority classes and storage classes of the platform.

    Owns the namespaces with their Pod Security levels, the priority classes and the storage classes. Does not own the
    namespaces and classes of AKS.
    """

    names: dict[str, pulumi.Output[str]]
    """Names by name, each known once the namespace exists."""

    def __init__(self, name: str, args: NamespacesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Namespaces", name, None, opts)
        self._name, self._args = name, args
        self._children = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        namespaces = {namespace.name: self._namespace(namespace) for namespace in NAMESPACES}
        for priority_class in PRIORITY_CLASSES:
            self._priority_class(priority_class)
        for storage_class in STORAGE_CLASSES:
            self._storage_class(storage_class)
        self.names = {short: namespace.metadata.name for short, namespace in namespaces.items()}
        self.register_outputs({"names": self.names})

    def _namespace(self, namespace: Namespace) -> kubernetes.core.v1.Namespace:
        version = f"v{self._args.kubernetes_version}"
        labels = {
            label: value
            for mode in ("enforce", "audit", "warn")
            for label, value in (
                (f"{_POD_SECURITY}/{mode}", namespace.pod_security),
                (f"{_POD_SECURITY}/{mode}-version", version),
            )
        }
        if namespace.name in self._args.mesh.namespaces:
            labels[_MESH_REVISION] = self._args.mesh.revision
        return kubernetes.core.v1.Namespace(
            f"{self._name}-namespace-{namespace.name}",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=namespace.name,
                labels=labels,
                annotations={"voice.platform/purpose": namespace.purpose},
            ),
            opts=self._children,
        )

    def _priority_class(self, priority_class: PriorityClass) -> kubernetes.scheduling.v1.PriorityClass:
        return kubernetes.scheduling.v1.PriorityClass(
            f"{self._name}-priority-{priority_class.name}",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=priority_class.name),
            value=priority_class.value,
            description=priority_class.purpose,
            opts=self._children,
        )

    def _storage_class(self, storage_class: StorageClass) -> kubernetes.storage.v1.StorageClass:
        """Creates disks when their pod is scheduled: a disk is in one zone, and the scheduler chooses the zone."""
        return kubernetes.storage.v1.StorageClass(
            f"{self._name}-storage-{storage_class.name}",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=storage_class.name,
                annotations={"voice.platform/purpose": storage_class.purpose},
            ),
            provisioner=STORAGE_PROVISIONER,
            parameters={"skuName": storage_class.sku},
            reclaim_policy="Delete",
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            opts=self._children,
        )
