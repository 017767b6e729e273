"""The load balancers of a cluster, created as cloud-provider-azure does for all Services of type LoadBalancer.

The node resource group has a public load balancer, `kubernetes`, and an internal one, `kubernetes-internal`. Each
Service has a frontend with one rule per port, or adds its rules to the frontend of another Service if it requests that
Service's address. A load balancer exists while a Service needs it. Not simulated: the outbound rule of a cluster with
`outboundType: loadBalancer`, backends, probes, and the rules in AKS's own security group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from azure_rehearsal.azure.controllers.frontends import (
    FrontendAllocator,
    LoadBalancerError,
    frontend_bindings,
    frontend_properties,
    load_balancer_id,
)
from azure_rehearsal.azure.controllers.load_balancer_spec import (
    INTERNAL_LOAD_BALANCER,
    PUBLIC_LOAD_BALANCER,
    FrontendBinding,
    LoadBalancerSpec,
)
from azure_rehearsal.azure.controllers.ownership import causes_of, with_causes
from azure_rehearsal.azure.controllers.permissions import cluster_of, node_group
from azure_rehearsal.azure.controllers.resource_types import LOAD_BALANCER
from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.network.common import ADDRESS
from azure_rehearsal.kubernetes.cloud_controller_api import Provided

MAX_RULES: Final = 250
"""Maximum rules of one load balancer: `MaximumLoadBalancerRuleCount` of cloud-provider-azure."""


def sync_load_balancers(cloud: Cloud, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
    """Updates a cluster's load balancers to match its Services. Returns an address or a problem per Service uid."""
    with cloud.lock:
        cluster = cluster_of(cloud, cluster_id)
        if cluster is None:
            return {}
        plan = _Plan(cloud, cluster)
        specs = sorted((LoadBalancerSpec.of(service) for service in services), key=plan.order)
        answers = {spec.uid: plan.add(spec) for spec in specs}
        if plan.apply():
            cloud.save()
        return answers


class _Plan:
    """The desired load balancers of one cluster. The caller holds the cloud's lock."""

    def __init__(self, cloud: Cloud, cluster: Record) -> None:
        self._cloud = cloud
        self._cluster = cluster
        self._group = node_group(cluster)
        self._ids = {
            name: load_balancer_id(self._group, name) for name in (PUBLIC_LOAD_BALANCER, INTERNAL_LOAD_BALANCER)
        }
        self._old = {name: record for name, id in self._ids.items() if (record := cloud.get(id)) is not None}
        self._before = {
            name: binding for record in self._old.values() for name, binding in frontend_bindings(record).items()
        }
        self._allocator = FrontendAllocator(cloud, cluster, self._before)
        self._frontends: dict[str, dict[str, tuple[FrontendBinding, LoadBalancerSpec]]] = {
            name: {} for name in self._ids
        }
        self._rules: dict[str, dict[tuple[str, str, int], str]] = {name: {} for name in self._ids}

    def order(self, spec: LoadBalancerSpec) -> tuple[bool, str, str]:
        """The sort key of a Service: those with an existing frontend come first and keep it."""
        return spec.frontend not in self._before, spec.namespace, spec.name

    def add(self, spec: LoadBalancerSpec) -> Provided:
        """Adds a Service to the plan. If that fails, returns the problem and keeps the Service's previous frontend."""
        try:
            binding = self._allocator.find(spec)
            frontend = self._frontend_at(binding, spec)
            self._add_rules(spec, frontend)
        except LoadBalancerError as reason:
            self._keep_previous(spec)
            return Provided(problem=str(reason))
        if frontend == spec.frontend:
            self._frontends[spec.load_balancer][frontend] = (binding, spec)
        return Provided(binding.address)

    def apply(self) -> bool:
        """Writes the load balancers that differ from the cloud. Returns whether anything changed."""
        changed = self._delete_unused_addresses()
        for name, id in self._ids.items():
            record = self._record(name, id) if self._frontends[name] else None
            old = self._old.get(name)
            if record is None and old is not None:
                self._cloud.drop(id)
            elif record is not None and (old is None or vars(old) != vars(record)):
                self._cloud.put(record)
            else:
                continue
            changed = True
        return changed

    def _keep_previous(self, spec: LoadBalancerSpec) -> None:
        """Keeps the previous frontend and rules of a Service."""
        for name, record in self._old.items():
            if (binding := frontend_bindings(record).get(spec.frontend)) is not None:
                self._frontends[name][spec.frontend] = (binding, spec)
            for rule in record.properties["loadBalancingRules"]:
                if rule["name"].startswith(f"{spec.frontend}-"):
                    frontend = arm_ids.name(rule["frontendIPConfiguration"]["id"])
                    self._rules[name][frontend, rule["protocol"].upper(), rule["frontendPort"]] = rule["name"]

    def _frontend_at(self, binding: FrontendBinding, spec: LoadBalancerSpec) -> str:
        """The frontend with this binding: another Service's if it has the same address, else the Service's own."""
        frontends = self._frontends[spec.load_balancer].items()
        return next((name for name, (other, _) in frontends if other == binding), spec.frontend)

    def _add_rules(self, spec: LoadBalancerSpec, frontend: str) -> None:
        rules = self._rules[spec.load_balancer]
        if len(rules) + len(spec.ports) > MAX_RULES:
            raise LoadBalancerError(
                f"selectLoadBalancer: cluster(kubernetes) service({spec.full_name}) "
                f"isInternal({str(spec.load_balancer == INTERNAL_LOAD_BALANCER).lower()}) -  all available load "
                f"balancers have exceeded maximum rule limit {MAX_RULES}, vmSetNames ([])"
            )
        for protocol, port in spec.ports:
            if (other := rules.get((frontend, protocol, port))) is not None:
                id = f"{self._ids[spec.load_balancer]}/frontendIPConfigurations/{frontend}"
                raise LoadBalancerError(
                    f"checkLoadBalancerResourcesConflicts: service port is trying to consume the port {port} which is "
                    f"being referenced by an existing loadBalancing rule {other} with the same protocol {protocol} and "
                    f"frontend IP config with ID {id}"
                )
        for protocol, port in spec.ports:
            rules[frontend, protocol, port] = f"{spec.frontend}-{protocol}-{port}"

    def _record(self, name: str, id: str) -> Record:
        old = self._old.get(name)
        location = self._cluster.properties["location"]
        zones = REGIONS.get(normal_location(location), ())
        frontends = [
            frontend_properties(binding, f"{id}/frontendIPConfigurations/{frontend}", zones)
            for frontend, (binding, _) in sorted(self._frontends[name].items())
        ]
        properties = {
            "name": name,
            "type": LOAD_BALANCER.kind,
            "location": location,
            "sku": {"name": "Standard", "tier": "Regional"},
            "frontendIPConfigurations": frontends,
            "loadBalancingRules": [
                {
                    "name": rule,
                    "id": f"{id}/loadBalancingRules/{rule}",
                    "frontendIPConfiguration": {"id": f"{id}/frontendIPConfigurations/{frontend}"},
                    "frontendPort": port,
                    "backendPort": port,
                    "protocol": protocol.capitalize(),
                    "provisioningState": "Succeeded",
                }
                for (frontend, protocol, port), rule in sorted(self._rules[name].items())
            ],
            "provisioningState": "Succeeded",
        }
        creation = old.creation if old else self._cloud.next_creation(id)
        record = Record(id, LOAD_BALANCER.token, properties, creation=creation, run=old.run if old else self._cloud.run)
        causes = {
            f"{id}/frontendIPConfigurations/{frontend}": spec.cause(self._cluster)
            for frontend, (_, spec) in self._frontends[name].items()
        }
        return with_causes(record, causes)

    def _delete_unused_addresses(self) -> bool:
        """Deletes addresses that the controller created and no frontend uses any more."""
        used = {binding.public_id for binding, _ in self._frontends[PUBLIC_LOAD_BALANCER].values()}
        changed = False
        for record in self._cloud.of_type(ADDRESS):
            causes = causes_of(record).values()
            if record.id not in used and any(cause.cluster_id == self._cluster.creation_id for cause in causes):
                self._cloud.drop(record.id)
                changed = True
        return changed
