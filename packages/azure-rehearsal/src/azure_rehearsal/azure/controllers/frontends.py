"""The address of one Service of type LoadBalancer, as cloud-provider-azure finds it.

Followed: `determinePublicIPName`, `ensurePublicIPExists` and `reconcileFrontendIPConfigs` in
`pkg/provider/azure_loadbalancer.go` of kubernetes-sigs/cloud-provider-azure (2026-08). What that code and Azure say
against a Service is raised as `Unbalanced`, in their words.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any, Final

from azure_rehearsal.azure.controllers.marks import marked
from azure_rehearsal.azure.controllers.principals import (
    READ_NETWORK,
    control_plane,
    group_id,
    node_group,
    not_allowed,
    not_joined,
    not_listed,
)
from azure_rehearsal.azure.controllers.types import BALANCER
from azure_rehearsal.azure.controllers.wishes import (
    ADDRESS_NAME,
    INTERNAL_BALANCER,
    INTERNAL_SUBNET,
    PUBLIC_BALANCER,
    RESOURCE_GROUP,
    Place,
    Wish,
)
from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.services.containerservice.common import pools_of
from azure_rehearsal.azure.services.containerservice.permissions import ADDRESS_JOIN, SUBNET_JOIN
from azure_rehearsal.azure.services.network.common import CLUSTER, SUBNET, network_of, prefixes_of
from azure_rehearsal.azure.services.network.public_addresses import ADDRESS, NAT_GATEWAY
from azure_rehearsal.azure.services.privatelink.endpoints import addresses_in

KEPT_BY_AZURE: Final = 4
"""How many addresses at the front of a subnet Azure keeps for itself; the last one is the broadcast address."""


class Unbalanced(Exception):
    """Why a Service gets no address now. The controller writes it into an event and tries again."""


class Places:
    """Finds the place of one Service after the other, for one cluster. The caller holds the cloud's lock."""

    def __init__(self, cloud: Cloud, cluster: Record, before: Mapping[str, Place]) -> None:
        self._cloud = cloud
        self._cluster = cluster
        self._before = before
        """Where frontends stood until now, by their names."""
        self._principal = control_plane(cloud, cluster)
        self._group = node_group(cluster)
        self._given: dict[tuple[str, str], str] = {}
        """Who has which private address, by subnet and address."""

    def find(self, wish: Wish) -> Place:
        """Where the Service's frontend stands. Raises `Unbalanced`."""
        return self._private(wish) if wish.balancer == INTERNAL_BALANCER else self._public(wish)

    # On a public address

    def _public(self, wish: Wish) -> Place:
        group = group_id(self._cluster, wish.annotations.get(RESOURCE_GROUP) or arm_ids.name(self._group))
        if not arm_ids.same(group, self._group):
            # Its list of addresses is of the whole group, whichever address is meant.
            _refuse(not_listed(self._cloud, self._principal, READ_NETWORK, arm_ids.kind(_address_id(group, "")), group))
        record = self._named(wish, group) or self._with_address(wish, group) or self._own(wish, group)
        self._refuse_unfit(wish, record)
        return Place(record.properties["ipAddress"], public_id=record.id)

    def _named(self, wish: Wish, group: str) -> Record | None:
        name = wish.annotations.get(ADDRESS_NAME)
        if not name:
            return None
        record = self._cloud.get(_address_id(group, name))
        if record is None:
            raise Unbalanced(
                f"PublicIP from annotation azure-pip-name(-IPv6)={name} for service {wish.full_name} doesn't exist"
            )
        return record

    def _with_address(self, wish: Wish, group: str) -> Record | None:
        if not wish.wanted_address:
            return None
        for record in self._cloud.of_type(ADDRESS):
            same_group = arm_ids.same(arm_ids.resource_group_id(record.id), group)
            if same_group and record.properties.get("ipAddress") == wish.wanted_address:
                return record
        raise Unbalanced(
            f"user supplied IP Address {wish.wanted_address} was not found in resource group {arm_ids.name(group)}"
        )

    def _own(self, wish: Wish, group: str) -> Record:
        """The address that the controller makes for a Service which names none."""
        id = _address_id(group, f"{PUBLIC_BALANCER}-{wish.frontend}")
        if (existing := self._cloud.get(id)) is not None:
            return existing
        record = Record(id, ADDRESS, {}, creation=self._cloud.next_creation(id), run=self._cloud.run)
        taken = [
            item.properties["ipAddress"] for item in self._cloud.of_type(ADDRESS) if "ipAddress" in item.properties
        ]
        record.properties = {
            "name": arm_ids.name(id),
            "type": arm_ids.kind(id),
            "location": self._cluster.properties["location"],
            "sku": {"name": "Standard", "tier": "Regional"},
            "publicIPAllocationMethod": "Static",
            "publicIPAddressVersion": "IPv4",
            "ipAddress": addresses.free_address(record.creation_id, taken),
            "provisioningState": "Succeeded",
        }
        record = marked(record, {id: wish.cause(self._cluster)})
        self._cloud.put(record)
        return record

    def _refuse_unfit(self, wish: Wish, record: Record) -> None:
        location = normal_location(str(record.properties.get("location")))
        if location != normal_location(self._cluster.properties["location"]):
            raise Unbalanced(
                f"400 Bad Request, InvalidResourceReference: Resource {record.id} referenced by resource "
                f"{self._balancer_id(wish)} was not found. Please make sure that the referenced resource exists, and "
                f"that both resources are in the same region. It is in {location}."
            )
        if not arm_ids.is_inside(record.id, self._group):
            _refuse(not_joined(self._cloud, self._principal, self._balancer_id(wish), ADDRESS_JOIN, record.id))
        for user in self._cloud.referrers(record.id):
            mine = arm_ids.same(user.id, self._cluster.id) or arm_ids.is_inside(user.id, self._group)
            if user.type in (NAT_GATEWAY, BALANCER.token, CLUSTER) and not mine:
                raise Unbalanced(
                    f"400 Bad Request, PublicIPAddressInUse: Resource {self._balancer_id(wish)} is referencing public "
                    f"IP address {record.id} that is already allocated to resource {user.id}."
                )

    # On a private address

    def _private(self, wish: Wish) -> Place:
        subnet = self._subnet(wish)
        address = wish.wanted_address
        if address:
            self._refuse_address(wish, subnet, address)
        else:
            address = self._kept(wish, subnet) or self._free(wish, subnet)
        self._given[arm_ids.key(subnet.id), address] = wish.frontend
        return Place(address, subnet_id=subnet.id)

    def _subnet(self, wish: Wish) -> Record:
        pools = (pool.properties.get("vnetSubnetID") for pool in pools_of(self._cloud, self._cluster.id))
        nodes = next(filter(None, pools), "")
        if not nodes:
            raise Unbalanced("the network that AKS makes by itself is not rehearsed: give the pools a subnet of yours")
        network, name = network_of(nodes), wish.annotations.get(INTERNAL_SUBNET) or arm_ids.name(nodes)
        record = self._cloud.get(f"{network}/subnets/{name}")
        if record is None or record.type != SUBNET:
            raise Unbalanced(
                f"ensure({wish.full_name}): lb({INTERNAL_BALANCER}) - failed to get subnet: "
                f"{arm_ids.name(network)}/{name}"
            )
        action = f"{arm_ids.kind(record.id)}/read"
        _refuse(not_allowed(self._cloud, self._principal, READ_NETWORK, action, record.id))
        _refuse(not_joined(self._cloud, self._principal, self._balancer_id(wish), SUBNET_JOIN, record.id))
        return record

    def _refuse_address(self, wish: Wish, subnet: Record, text: str) -> None:
        where = f"subnet {arm_ids.name(subnet.id)}, which is {', '.join(map(str, prefixes_of(subnet)))}"
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise Unbalanced(f"400 Bad Request, InvalidIPAddressFormat: '{text}' is no IP address") from None
        inside = next((prefix for prefix in prefixes_of(subnet) if address in prefix), None)
        if inside is None:
            raise Unbalanced(
                f"400 Bad Request, PrivateIPAddressNotInSubnet: Private static IP address {text} does not belong to "
                f"the range of {where}."
            )
        if int(address) - int(inside.network_address) < KEPT_BY_AZURE or address == inside.broadcast_address:
            raise Unbalanced(
                f"400 Bad Request, PrivateIPAddressInReservedRange: Private static IP address {text} falls within the "
                f"reserved IP range of {where}."
            )
        if holder := self._holders(subnet).get(text):
            raise Unbalanced(
                f"400 Bad Request, PrivateIPAddressIsAllocated: IP configuration "
                f"{self._balancer_id(wish)}/frontendIPConfigurations/{wish.frontend} is using the private IP address "
                f"{text} which is already allocated to resource {holder}."
            )

    def _kept(self, wish: Wish, subnet: Record) -> str:
        """The address that it has; nobody else gets it meanwhile."""
        before = self._before.get(wish.frontend)
        return before.address if before and arm_ids.same(before.subnet_id, subnet.id) else ""

    def _free(self, wish: Wish, subnet: Record) -> str:
        taken = {*self._holders(subnet), *self._addresses_before(subnet)}
        for prefix in prefixes_of(subnet):
            for number in range(KEPT_BY_AZURE, prefix.num_addresses - 1):
                if str(prefix[number]) not in taken:
                    return str(prefix[number])
        raise Unbalanced(
            f"400 Bad Request, SubnetIsFull: Subnet {arm_ids.name(subnet.id)} does not have enough capacity for 1 IP "
            "addresses."
        )

    def _holders(self, subnet: Record) -> dict[str, str]:
        """Who else has which address of a subnet, nodes left out: where they stand is not known.

        Services of this cluster share an address only by asking for it.
        """
        found = dict.fromkeys(addresses_in(self._cloud, subnet.id), "a private endpoint")
        for balancer in self._cloud.of_type(BALANCER.token):
            if arm_ids.is_inside(balancer.id, self._group):
                continue
            for place in places_of(balancer).values():
                if arm_ids.same(place.subnet_id, subnet.id):
                    found[place.address] = balancer.id
        return found

    def _addresses_before(self, subnet: Record) -> set[str]:
        given = {address for id, address in self._given if id == arm_ids.key(subnet.id)}
        return given | {place.address for place in self._before.values() if arm_ids.same(place.subnet_id, subnet.id)}

    def _balancer_id(self, wish: Wish) -> str:
        return balancer_id(self._group, wish.balancer)


def balancer_id(group: str, name: str) -> str:
    """The id of a load balancer."""
    return f"{group}/providers/{BALANCER.kind}/{name}"


def places_of(balancer: Record) -> dict[str, Place]:
    """Where the frontends of a load balancer stand, by their names."""
    return {
        item["name"]: Place(
            item.get("privateIPAddress", ""),
            (item.get("publicIPAddress") or {}).get("id", ""),
            (item.get("subnet") or {}).get("id", ""),
        )
        for item in balancer.properties["frontendIPConfigurations"]
    }


def shown(place: Place, id: str, zones: Sequence[str]) -> dict[str, Any]:
    """A frontend as Azure shows it."""
    common = {"id": id, "name": arm_ids.name(id), "provisioningState": "Succeeded"}
    if place.public_id:
        return {**common, "publicIPAddress": {"id": place.public_id}, "privateIPAllocationMethod": "Dynamic"}
    private = {"subnet": {"id": place.subnet_id}, "privateIPAddress": place.address, "zones": list(zones)}
    return {**common, **private, "privateIPAllocationMethod": "Static"}


def _address_id(group: str, name: str) -> str:
    return f"{group}/providers/Microsoft.Network/publicIPAddresses/{name}"


def _refuse(problem: str) -> None:
    if problem:
        raise Unbalanced(problem)
