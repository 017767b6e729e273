"""The frontend address of one Service of type LoadBalancer, chosen as cloud-provider-azure does.

Source: `determinePublicIPName`, `ensurePublicIPExists` and `reconcileFrontendIPConfigs` in
`pkg/provider/azure_loadbalancer.go` of kubernetes-sigs/cloud-provider-azure (2026-08). `LoadBalancerError` has the
wording of that code or of Azure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from azure_rehearsal.azure.controllers.load_balancer_spec import (
    ADDRESS_NAME,
    INTERNAL_LOAD_BALANCER,
    INTERNAL_SUBNET,
    PUBLIC_LOAD_BALANCER,
    RESOURCE_GROUP,
    FrontendBinding,
    LoadBalancerSpec,
)
from azure_rehearsal.azure.controllers.ownership import with_causes
from azure_rehearsal.azure.controllers.permissions import (
    READ_NETWORK,
    authorization_error,
    control_plane,
    group_id,
    join_authorization_error,
    list_authorization_error,
    node_group,
)
from azure_rehearsal.azure.controllers.resource_types import LOAD_BALANCER
from azure_rehearsal.azure.core import addresses, arm_ids
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import normal_location
from azure_rehearsal.azure.services.containerservice.common import pools_of
from azure_rehearsal.azure.services.containerservice.permissions import ADDRESS_JOIN, SUBNET_JOIN
from azure_rehearsal.azure.services.network.common import (
    ADDRESS,
    CLUSTER,
    NAT_GATEWAY,
    RESERVED_AT_START,
    SUBNET,
    network_of,
    prefixes_of,
)
from azure_rehearsal.azure.services.network.private_endpoint import addresses_in


class LoadBalancerError(Exception):
    """A Service cannot get an address now. The controller writes the message into an event and retries."""


class FrontendAllocator:
    """Allocates the frontends of one cluster's Services, one by one. The caller holds the cloud's lock."""

    def __init__(self, cloud: Cloud, cluster: Record, before: Mapping[str, FrontendBinding]) -> None:
        self._cloud = cloud
        self._cluster = cluster
        self._before = before
        """The bindings before this synchronization, by frontend name."""
        self._principal = control_plane(cloud, cluster)
        self._group = node_group(cluster)
        self._assigned: dict[tuple[str, str], str] = {}
        """The frontend that holds a private address, by subnet and address."""

    def find(self, spec: LoadBalancerSpec) -> FrontendBinding:
        """The binding of the Service's frontend. Raises `LoadBalancerError`."""
        return self._private(spec) if spec.load_balancer == INTERNAL_LOAD_BALANCER else self._public(spec)

    # Public frontends

    def _public(self, spec: LoadBalancerSpec) -> FrontendBinding:
        group = group_id(self._cluster, spec.annotations.get(RESOURCE_GROUP) or arm_ids.name(self._group))
        if not arm_ids.same(group, self._group):
            # The controller lists all addresses of the group, even if the Service names one.
            _raise_if(
                list_authorization_error(
                    self._cloud, self._principal, READ_NETWORK, arm_ids.kind(_address_id(group, "")), group
                )
            )
        record = self._named(spec, group) or self._with_address(spec, group) or self._create_own_address(spec, group)
        self._refuse_unfit(spec, record)
        return FrontendBinding(record.properties["ipAddress"], public_id=record.id)

    def _named(self, spec: LoadBalancerSpec, group: str) -> Record | None:
        name = spec.annotations.get(ADDRESS_NAME)
        if not name:
            return None
        record = self._cloud.get(_address_id(group, name))
        if record is None:
            raise LoadBalancerError(
                f"PublicIP from annotation azure-pip-name(-IPv6)={name} for service {spec.full_name} doesn't exist"
            )
        return record

    def _with_address(self, spec: LoadBalancerSpec, group: str) -> Record | None:
        if not spec.requested_address:
            return None
        for record in self._cloud.of_type(ADDRESS):
            same_group = arm_ids.same(arm_ids.resource_group_id(record.id), group)
            if same_group and record.properties.get("ipAddress") == spec.requested_address:
                return record
        raise LoadBalancerError(
            f"user supplied IP Address {spec.requested_address} was not found in resource group {arm_ids.name(group)}"
        )

    def _create_own_address(self, spec: LoadBalancerSpec, group: str) -> Record:
        """The address that the controller creates for a Service that names none."""
        id = _address_id(group, f"{PUBLIC_LOAD_BALANCER}-{spec.frontend}")
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
        record = with_causes(record, {id: spec.cause(self._cluster)})
        self._cloud.put(record)
        return record

    def _refuse_unfit(self, spec: LoadBalancerSpec, record: Record) -> None:
        location = normal_location(str(record.properties.get("location")))
        if location != normal_location(self._cluster.properties["location"]):
            raise LoadBalancerError(
                f"400 Bad Request, InvalidResourceReference: Resource {record.id} referenced by resource "
                f"{self._load_balancer_id(spec)} was not found. Please make sure that the referenced resource exists, "
                f"and that both resources are in the same region. It is in {location}."
            )
        if not arm_ids.is_inside(record.id, self._group):
            _raise_if(
                join_authorization_error(
                    self._cloud, self._principal, self._load_balancer_id(spec), ADDRESS_JOIN, record.id
                )
            )
        for user in self._cloud.referrers(record.id):
            is_own = arm_ids.same(user.id, self._cluster.id) or arm_ids.is_inside(user.id, self._group)
            if user.type in (NAT_GATEWAY, LOAD_BALANCER.token, CLUSTER) and not is_own:
                raise LoadBalancerError(
                    f"400 Bad Request, PublicIPAddressInUse: Resource {self._load_balancer_id(spec)} is referencing "
                    f"public IP address {record.id} that is already allocated to resource {user.id}."
                )

    # Private frontends

    def _private(self, spec: LoadBalancerSpec) -> FrontendBinding:
        subnet = self._subnet(spec)
        address = spec.requested_address
        if address:
            self._refuse_address(spec, subnet, address)
        else:
            address = self._previous_address(spec, subnet) or self._free(spec, subnet)
        self._assigned[arm_ids.key(subnet.id), address] = spec.frontend
        return FrontendBinding(address, subnet_id=subnet.id)

    def _subnet(self, spec: LoadBalancerSpec) -> Record:
        pools = (pool.properties.get("vnetSubnetID") for pool in pools_of(self._cloud, self._cluster.id))
        nodes = next(filter(None, pools), "")
        if not nodes:
            raise LoadBalancerError(
                "the rehearsal does not simulate the network that AKS creates; set vnetSubnetID on the agent pools"
            )
        network, name = network_of(nodes), spec.annotations.get(INTERNAL_SUBNET) or arm_ids.name(nodes)
        record = self._cloud.get(f"{network}/subnets/{name}")
        if record is None or record.type != SUBNET:
            raise LoadBalancerError(
                f"ensure({spec.full_name}): lb({INTERNAL_LOAD_BALANCER}) - failed to get subnet: "
                f"{arm_ids.name(network)}/{name}"
            )
        action = f"{arm_ids.kind(record.id)}/read"
        _raise_if(authorization_error(self._cloud, self._principal, READ_NETWORK, action, record.id))
        _raise_if(
            join_authorization_error(self._cloud, self._principal, self._load_balancer_id(spec), SUBNET_JOIN, record.id)
        )
        return record

    def _refuse_address(self, spec: LoadBalancerSpec, subnet: Record, text: str) -> None:
        where = f"subnet {arm_ids.name(subnet.id)}, which is {', '.join(map(str, prefixes_of(subnet)))}"
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise LoadBalancerError(f"400 Bad Request, InvalidIPAddressFormat: '{text}' is not an IP address") from None
        inside = next((prefix for prefix in prefixes_of(subnet) if address in prefix), None)
        if inside is None:
            raise LoadBalancerError(
                f"400 Bad Request, PrivateIPAddressNotInSubnet: Private static IP address {text} does not belong to "
                f"the range of {where}."
            )
        if int(address) - int(inside.network_address) < RESERVED_AT_START or address == inside.broadcast_address:
            raise LoadBalancerError(
                f"400 Bad Request, PrivateIPAddressInReservedRange: Private static IP address {text} falls within the "
                f"reserved IP range of {where}."
            )
        if holder := self._holders(subnet).get(text):
            raise LoadBalancerError(
                f"400 Bad Request, PrivateIPAddressIsAllocated: IP configuration "
                f"{self._load_balancer_id(spec)}/frontendIPConfigurations/{spec.frontend} is using the private IP "
                f"address {text} which is already allocated to resource {holder}."
            )

    def _previous_address(self, spec: LoadBalancerSpec, subnet: Record) -> str:
        """The Service's current address in the subnet; no other Service gets it meanwhile."""
        before = self._before.get(spec.frontend)
        return before.address if before and arm_ids.same(before.subnet_id, subnet.id) else ""

    def _free(self, spec: LoadBalancerSpec, subnet: Record) -> str:
        taken = {*self._holders(subnet), *self._addresses_before(subnet)}
        for prefix in prefixes_of(subnet):
            for number in range(RESERVED_AT_START, prefix.num_addresses - 1):
                if str(prefix[number]) not in taken:
                    return str(prefix[number])
        raise LoadBalancerError(
            f"400 Bad Request, SubnetIsFull: Subnet {arm_ids.name(subnet.id)} does not have enough capacity for 1 IP "
            "addresses."
        )

    def _holders(self, subnet: Record) -> dict[str, str]:
        """The holders of a subnet's addresses outside this cluster. Nodes are missing: their addresses are not
        simulated.

        Services of this cluster share an address only if they request the same one.
        """
        found = dict.fromkeys(addresses_in(self._cloud, subnet.id), "a private endpoint")
        for load_balancer in self._cloud.of_type(LOAD_BALANCER.token):
            if arm_ids.is_inside(load_balancer.id, self._group):
                continue
            for binding in frontend_bindings(load_balancer).values():
                if arm_ids.same(binding.subnet_id, subnet.id):
                    found[binding.address] = load_balancer.id
        return found

    def _addresses_before(self, subnet: Record) -> set[str]:
        given = {address for id, address in self._assigned if id == arm_ids.key(subnet.id)}
        return given | {
            binding.address for binding in self._before.values() if arm_ids.same(binding.subnet_id, subnet.id)
        }

    def _load_balancer_id(self, spec: LoadBalancerSpec) -> str:
        return load_balancer_id(self._group, spec.load_balancer)


def load_balancer_id(group: str, name: str) -> str:
    """The id of a load balancer."""
    return f"{group}/providers/{LOAD_BALANCER.kind}/{name}"


def frontend_bindings(load_balancer: Record) -> dict[str, FrontendBinding]:
    """The bindings of a load balancer's frontends, by frontend name."""
    return {
        item["name"]: FrontendBinding(
            item.get("privateIPAddress", ""),
            (item.get("publicIPAddress") or {}).get("id", ""),
            (item.get("subnet") or {}).get("id", ""),
        )
        for item in load_balancer.properties["frontendIPConfigurations"]
    }


def frontend_properties(binding: FrontendBinding, id: str, zones: Sequence[str]) -> dict[str, Any]:
    """A frontend as Azure's response shows it."""
    common = {"id": id, "name": arm_ids.name(id), "provisioningState": "Succeeded"}
    if binding.public_id:
        return {**common, "publicIPAddress": {"id": binding.public_id}, "privateIPAllocationMethod": "Dynamic"}
    private = {"subnet": {"id": binding.subnet_id}, "privateIPAddress": binding.address, "zones": list(zones)}
    return {**common, **private, "privateIPAllocationMethod": "Static"}


def _address_id(group: str, name: str) -> str:
    return f"{group}/providers/Microsoft.Network/publicIPAddresses/{name}"


def _raise_if(problem: str) -> None:
    if problem:
        raise LoadBalancerError(problem)
