"""The resource quotas of the platform's namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from model.quotas import OBJECTS, SMALLEST_REQUEST, NamespaceQuota, namespace_quota
from settings.schema.aks import AksSettings


@dataclass(frozen=True, kw_only=True)
class QuotasArgs:
    """Args of `Quotas`. `namespaces` are the platform's, by name."""

    aks: AksSettings
    namespaces: Mapping[str, pulumi.Input[str]]


class Quotas(pulumi.ComponentResource):
    """The quotas of the namespaces, so that a faulty namespace does not starve the others.

    Owns a quota and a limit range for each namespace. Does not own the requests of workloads, which are in their
    charts. The limit range gives a container without requests small ones, and refuses a container that does not fit on
    any node of the namespace's pools.
    """

    def __init__(self, name: str, args: QuotasArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Quotas", name, None, opts)
        self._name, self._args = name, args
        for namespace in args.namespaces:
            quota = namespace_quota(namespace, args.aks)
            # A quota refuses a container without requests, so the limit range must exist first.
            self._quota(namespace, quota, after=self._limit_range(namespace, quota))
        self.register_outputs({})

    def _limit_range(self, namespace: str, quota: NamespaceQuota) -> pulumi.Resource:
        most = {"cpu": str(quota.container_cpus), "memory": f"{quota.container_memory_gib}Gi"}
        return kubernetes.core.v1.LimitRange(
            f"{self._name}-limits-{namespace}",
            metadata=self._metadata(namespace),
            spec=kubernetes.core.v1.LimitRangeSpecArgs(
                limits=[
                    kubernetes.core.v1.LimitRangeItemArgs(
                        type="Container", default_request=dict(SMALLEST_REQUEST), default=most, max=most
                    )
                ]
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _quota(self, namespace: str, quota: NamespaceQuota, after: pulumi.Resource) -> None:
        kubernetes.core.v1.ResourceQuota(
            f"{self._name}-quota-{namespace}",
            metadata=self._metadata(namespace),
            spec=kubernetes.core.v1.ResourceQuotaSpecArgs(
                hard={
                    "requests.cpu": str(quota.cpus),
                    "requests.memory": f"{quota.memory_gib}Gi",
                    "pods": str(quota.pods),
                    "services.loadbalancers": str(quota.load_balancers),
                    "services.nodeports": str(quota.node_ports),
                    **{kind: str(count) for kind, count in OBJECTS.items()},
                }
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _metadata(self, namespace: str) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name="platform", namespace=self._args.namespaces[namespace])
