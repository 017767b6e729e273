"""The network policies of the platform's namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.policy_rules import PolicyGroup, policy_groups, selector
from model.flows import flows
from settings.schema.aks_stack import AksStackSettings

CILIUM_API: Final = "cilium.io/v2"
DEFAULT_DENY: Final = "default-deny"


@dataclass(frozen=True, kw_only=True)
class NetworkPoliciesArgs:
    """Args of `NetworkPolicies`: the whole stack, whose flows follow from many sections. `namespaces` are the
    platform's, by name.
    """

    settings: AksStackSettings
    namespaces: Mapping[str, pulumi.Input[str]]


class NetworkPolicies(pulumi.ComponentResource):
    """The policies that admit the flows of `model.flows` and deny all other traffic in the platform's namespaces.

    Owns a default-deny policy for each namespace and the policies of each group of pods. Does not cover pods on the
    network of their nodes (the security groups of `Network` do) or AKS's own namespaces.
    """

    def __init__(self, name: str, args: NetworkPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:NetworkPolicies", name, None, opts)
        self._name, self._args = name, args
        self._children = pulumi.ResourceOptions(parent=self)
        admitted: dict[str, list[pulumi.Resource]] = {namespace: [] for namespace in args.namespaces}
        for group in policy_groups(flows(args.settings), args.settings):
            admitted[group.pods.namespace].extend(self._policies(group))
        for namespace in args.namespaces:
            # Flows first: an earlier denial would interrupt running connections.
            self._default_deny(namespace, after=admitted[namespace])
        self.register_outputs({})

    def _policies(self, group: PolicyGroup) -> list[pulumi.Resource]:
        made: list[pulumi.Resource] = []
        if any(group.plain.values()):
            made.append(self._plain(group))
        if any(group.cilium.values()):
            made.append(self._cilium(group))
        return made

    def _plain(self, group: PolicyGroup) -> pulumi.Resource:
        ingress, egress = group.plain["ingress"], group.plain["egress"]
        return kubernetes.networking.v1.NetworkPolicy(
            f"{self._name}-{group.pods.namespace}-{group.pods.name}",
            metadata=self._metadata(group.pods.name, group.pods.namespace),
            spec=kubernetes.networking.v1.NetworkPolicySpecArgs(
                pod_selector=selector(group.pods),
                policy_types=[kind for kind, rules in (("Ingress", ingress), ("Egress", egress)) if rules],
                ingress=ingress or None,
                egress=egress or None,
            ),
            opts=self._children,
        )

    def _cilium(self, group: PolicyGroup) -> pulumi.Resource:
        labels = dict(group.pods.labels)
        return custom_resource(
            f"{self._name}-{group.pods.namespace}-{group.pods.name}-cilium",
            CILIUM_API,
            "CiliumNetworkPolicy",
            self._metadata(group.pods.name, group.pods.namespace),
            {
                "endpointSelector": {"matchLabels": labels} if labels else {},
                **{direction: rules for direction, rules in group.cilium.items() if rules},
            },
            self._children,
        )

    def _default_deny(self, namespace: str, after: list[pulumi.Resource]) -> None:
        kubernetes.networking.v1.NetworkPolicy(
            f"{self._name}-{namespace}-{DEFAULT_DENY}",
            metadata=self._metadata(DEFAULT_DENY, namespace),
            spec=kubernetes.networking.v1.NetworkPolicySpecArgs(
                pod_selector=kubernetes.meta.v1.LabelSelectorArgs(), policy_types=["Ingress", "Egress"]
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )

    def _metadata(self, name: str, namespace: str) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name=name, namespace=self._args.namespaces[namespace])
