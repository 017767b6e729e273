"""What KEDA needs beside its add-on."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from model.kubernetes import PROMETHEUS_AUTHENTICATION


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """Args of `Scaling`. `client_id` is that of the identity that KEDA's operator may use to read metrics."""

    client_id: pulumi.Input[str]


class Scaling(pulumi.ComponentResource):
    """How ScaledObjects of any namespace read the region's metrics in Azure Monitor.

    Owns the ClusterTriggerAuthentication. Does not own KEDA itself, which is an add-on of the cluster, nor any
    ScaledObject: these come with the workloads. A Prometheus in the cluster asks for no authentication.

    The operator can use the identity since it starts in a cluster with workload identity, which AKS sets up with the
    add-on; only where KEDA was there before workload identity must `keda-operator` be restarted once
    (learn.microsoft.com/azure/aks/keda-about). Its ServiceAccount is AKS's and stays without our annotation: the
    identity is named here instead.
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
