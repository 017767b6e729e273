"""The load balancers of a cluster, as cloud-provider-azure makes them from all its Services of type LoadBalancer.

One public and one internal load balancer in the group of the nodes, `kubernetes` and `kubernetes-internal`; each
Service has a frontend and one rule for each of its ports, or its rules on the frontend of another Service whose address
it asks for. They come with the first Service and go with the last: the outbound rule of a cluster that sends through
its load balancer is not shown, nor are backends, probes and the rules in AKS's own security group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from azure_rehearsal.azure.controllers.frontends import Places, Unbalanced, balancer_id, places_of, shown
from azure_rehearsal.azure.controllers.marks import causes_of, marked
from azure_rehearsal.azure.controllers.principals import cluster_of, node_group
from azure_rehearsal.azure.controllers.types import BALANCER
from azure_rehearsal.azure.controllers.wishes import INTERNAL_BALANCER, PUBLIC_BALANCER, Place, Wish
from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.services.network.public_addresses import ADDRESS
from azure_rehearsal.kubernetes.cloud_controller_api import Provided

MOST_RULES: Final = 250
"""Rules of one load balancer: `MaximumLoadBalancerRuleCount` of cloud-provider-azure."""


def balance(cloud: Cloud, cluster_id: str, services: Sequence[Mapping[str, Any]]) -> dict[str, Provided]:
    """Brings a cluster's load balancers to what its Services want; an address or a problem for each, by uid."""
    with cloud.lock:
        cluster = cluster_of(cloud, cluster_id)
        if cluster is None:
            return {}
        plan = _Plan(cloud, cluster)
        wishes = sorted((Wish.of(service) for service in services), key=plan.order)
        answers = {wish.uid: plan.add(wish) for wish in wishes}
        if plan.carry_out():
            cloud.save()
        return answers


class _Plan:
    """The load balancers as they are to be. The caller holds the cloud's lock."""

    def __init__(self, cloud: Cloud, cluster: Record) -> None:
        self._cloud = cloud
        self._cluster = cluster
        self._group = node_group(cluster)
        self._ids = {name: balancer_id(self._group, name) for name in (PUBLIC_BALANCER, INTERNAL_BALANCER)}
        self._old = {name: record for name, id in self._ids.items() if (record := cloud.get(id)) is not None}
        self._before = {name: place for record in self._old.values() for name, place in places_of(record).items()}
        self._places = Places(cloud, cluster, self._before)
        self._frontends: dict[str, dict[str, tuple[Place, Wish]]] = {name: {} for name in self._ids}
        self._rules: dict[str, dict[tuple[str, str, int], str]] = {name: {} for name in self._ids}

    def order(self, wish: Wish) -> tuple[bool, str, str]:
        """Whoever has a frontend keeps it."""
        return wish.frontend not in self._before, wish.namespace, wish.name

    def add(self, wish: Wish) -> Provided:
        """Takes a Service into the plan, or says why not; what it had it then keeps."""
        try:
            place = self._places.find(wish)
            frontend = self._frontend_at(place, wish)
            self._add_rules(wish, frontend)
        except Unbalanced as reason:
            self._keep(wish)
            return Provided(problem=str(reason))
        if frontend == wish.frontend:
            self._frontends[wish.balancer][frontend] = (place, wish)
        return Provided(place.address)

    def carry_out(self) -> bool:
        """Writes what is different from before, and says whether something was."""
        changed = self._keep_addresses()
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

    def _keep(self, wish: Wish) -> None:
        """Leaves the frontend and the rules of a Service as they were."""
        for name, record in self._old.items():
            if (place := places_of(record).get(wish.frontend)) is not None:
                self._frontends[name][wish.frontend] = (place, wish)
            for rule in record.properties["loadBalancingRules"]:
                if rule["name"].startswith(f"{wish.frontend}-"):
                    frontend = arm_ids.name(rule["frontendIPConfiguration"]["id"])
                    self._rules[name][frontend, rule["protocol"].upper(), rule["frontendPort"]] = rule["name"]

    def _frontend_at(self, place: Place, wish: Wish) -> str:
        """The name of the frontend at a place: another Service's where that has the same address."""
        frontends = self._frontends[wish.balancer].items()
        return next((name for name, (other, _) in frontends if other == place), wish.frontend)

    def _add_rules(self, wish: Wish, frontend: str) -> None:
        rules = self._rules[wish.balancer]
        if len(rules) + len(wish.ports) > MOST_RULES:
            raise Unbalanced(
                f"selectLoadBalancer: cluster(kubernetes) service({wish.full_name}) "
                f"isInternal({str(wish.balancer == INTERNAL_BALANCER).lower()}) -  all available load balancers have "
                f"exceeded maximum rule limit {MOST_RULES}, vmSetNames ([])"
            )
        for protocol, port in wish.ports:
            if (other := rules.get((frontend, protocol, port))) is not None:
                id = f"{self._ids[wish.balancer]}/frontendIPConfigurations/{frontend}"
                raise Unbalanced(
                    f"checkLoadBalancerResourcesConflicts: service port is trying to consume the port {port} which is "
                    f"being referenced by an existing loadBalancing rule {other} with the same protocol {protocol} and "
                    f"frontend IP config with ID {id}"
                )
        for protocol, port in wish.ports:
            rules[frontend, protocol, port] = f"{wish.frontend}-{protocol}-{port}"

    def _record(self, name: str, id: str) -> Record:
        old = self._old.get(name)
        location = self._cluster.properties["location"]
        zones = REGIONS.get(normal_location(location), ())
        frontends = [
            shown(place, f"{id}/frontendIPConfigurations/{frontend}", zones)
            for frontend, (place, _) in sorted(self._frontends[name].items())
        ]
        properties = {
            "name": name,
            "type": BALANCER.kind,
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
        record = Record(id, BALANCER.token, properties, creation=creation, run=old.run if old else self._cloud.run)
        causes = {
            f"{id}/frontendIPConfigurations/{frontend}": wish.cause(self._cluster)
            for frontend, (_, wish) in self._frontends[name].items()
        }
        return marked(record, causes)

    def _keep_addresses(self) -> bool:
        """Drops the controller's own addresses that no frontend uses any more; new ones were made by `Places`."""
        used = {place.public_id for place, _ in self._frontends[PUBLIC_BALANCER].values()}
        changed = False
        for record in self._cloud.of_type(ADDRESS):
            causes = causes_of(record).values()
            if record.id not in used and any(cause.cluster_id == self._cluster.creation_id for cause in causes):
                self._cloud.drop(record.id)
                changed = True
        return changed
