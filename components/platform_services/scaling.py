"""KEDA's access to the region's metrics."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from model.kubernetes import PROMETHEUS_AUTHENTICATION


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """Args of `Scaling`. `client_id` is the client id of the identity with which KEDA reads metrics."""

    client_id: pulumi.Input[str]


class Scaling(pulumi.ComponentResource):
    """The access of ScaledObjects in all namespaces to the region's metrics in Azure Monitor.

    Owns the ClusterTriggerAuthentication. Does not own KEDA, which is an add-on of the cluster, or ScaledObjects, which
    come with the workloads. Prometheus in the cluster needs no authentication.

    AKS enables workload identity for KEDA if the cluster has it when the add-on starts; in a cluster that got workload
    identity later, restart `keda-operator` once (learn.microsoft.com/azure/aks/keda-about). Its ServiceAccount is
    owned by AKS and has no annotation of ours: this resource names the identity.
    """

    def __init__(self, name: str, args: ScalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Scaling", name, None, opts)
        custom_resource(
            f"{name}-authentication",
            "keda.sh/v1alpha1",
            "ClusterTriggerAuthentication",
            kubernetes.meta.v1.ObjectMetaArgs(name=PROMETHEUS_AUTHENTICATION),
            {"podIdentity": {"provider": "azure-workload", "identityId": args.client_id}},
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
