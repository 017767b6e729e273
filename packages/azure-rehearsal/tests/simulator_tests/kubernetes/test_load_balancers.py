"""Services of type LoadBalancer: what they come to in Azure, and what is said against them."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.controllers.load_balancers import MAX_RULES
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.protocol.provider import CreatedButFailed
from simulator_tests.azure.harness import GROUP, refused
from simulator_tests.kubernetes.places import NAMESPACE, PREFIX, Place
from simulator_tests.kubernetes.support import checked, named, resource

SERVICE = resource("kubernetes:core/v1:Service", "edge")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_service_stands_on_the_address_that_it_names(place: Place) -> None:
    address = place.address()
    service = place.named_service()
    (frontend,) = place.frontends()
    assert frontend["publicIPAddress"] == {"id": address.id}
    assert place.ingress(service) == [address["ipAddress"]]
    assert place.problem(service) == ""


def test_an_address_under_a_service_cannot_be_deleted_until_the_service_is_gone(place: Place) -> None:
    address = place.address()
    service = place.named_service()
    with refused("PublicIPAddressCannotBeDeleted", "loadBalancers/kubernetes"):
        place.azure.delete(address)
    place.cluster.delete(service)
    assert place.frontends() == []
    place.azure.delete(address)


def test_a_service_that_is_a_load_balancer_no_more_gives_its_address_back(place: Place) -> None:
    place.address()
    service = place.named_service()
    place.named_service(type="ClusterIP")
    assert place.ingress(service) == []
    assert place.frontends() == []


def test_a_named_address_that_is_not_there_leaves_the_service_pending_until_it_comes(place: Place) -> None:
    service = place.named_service()
    assert place.problem(service) == (
        "SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: PublicIP from annotation "
        "azure-pip-name(-IPv6)=pip-gateway for service voice-system/edge doesn't exist"
    )
    assert place.ingress(service) == []
    address = place.address()
    assert place.problem(service) == "", "the controller tries again"
    assert place.ingress(service) == [address["ipAddress"]]


def test_a_role_on_the_address_alone_does_not_let_the_cluster_list_the_addresses_of_its_group(tmp_path: Path) -> None:
    place = Place(tmp_path, reader=False)
    place.address()
    service = place.named_service()
    assert "AuthorizationFailed" in place.problem(service)
    assert "'Microsoft.Network/publicIPAddresses/read'" in place.problem(service)
    assert f"resourceGroups/{GROUP}/providers/Microsoft.Network'" in place.problem(service)


def test_an_address_that_the_cluster_may_not_join_is_refused(place: Place) -> None:
    address = place.address(joined=False)
    service = place.named_service()
    assert "LinkedAuthorizationFailed" in place.problem(service)
    assert f"publicIPAddresses/join/action' on the linked scope(s) '{address.id}'" in place.problem(service)


def test_an_address_of_another_region_or_of_a_nat_gateway_is_refused(place: Place) -> None:
    elsewhere = place.azure.address("pip-elsewhere", location="eastus")
    place.role("Network Contributor", elsewhere.id)
    assert "same region" in place.problem(place.named_service("far", "pip-elsewhere"))
    nat = place.address("pip-nat")
    gateway = {"natGatewayName": "nat", "sku": {"name": "Standard"}, "publicIpAddresses": [{"id": nat.id}]}
    place.azure.make("network:NatGateway", "nat", resourceGroupName=GROUP, **gateway)
    assert "PublicIPAddressInUse" in place.problem(place.named_service("taken", "pip-nat"))


def test_an_address_by_its_number_is_found_in_the_group_or_not(place: Place) -> None:
    address = place.address()
    group = {"load-balancer-resource-group": GROUP}
    service = place.service(annotations={**group, "load-balancer-ipv4": address["ipAddress"]})
    assert place.ingress(service) == [address["ipAddress"]]
    other = place.service("other", annotations={**group, "load-balancer-ipv4": "198.51.100.7"})
    assert f"user supplied IP Address 198.51.100.7 was not found in resource group {GROUP}" in place.problem(other)


def test_a_service_without_an_address_gets_one_that_goes_with_it(place: Place) -> None:
    service = place.service()
    made = [item for item in place.cloud if "/publicIPAddresses/kubernetes-a" in item.id]
    assert place.ingress(service) == [made[0].properties["ipAddress"]]
    place.cluster.delete(service)
    assert [item for item in place.cloud if "/publicIPAddresses/kubernetes-a" in item.id] == []


def test_services_share_an_address_but_no_port(place: Place) -> None:
    place.address()
    place.named_service("one")
    two = place.named_service("two", ports=[{"name": "tls", "port": 5061}])
    three = place.named_service("three")
    assert len(place.frontends()) == 1
    assert place.problem(two) == ""
    assert "trying to consume the port 5060 which is being referenced by an existing" in place.problem(three)
    place.cluster.delete(Key("v1", "Service", NAMESPACE, "one"))
    assert place.problem(three) == "", "the port is free again"


def test_what_is_wrong_with_a_change_leaves_the_service_where_it_stood(place: Place) -> None:
    address = place.address()
    service = place.named_service()
    place.named_service(address="pip-mistyped")
    assert "pip-mistyped" in place.problem(service)
    assert [item["publicIPAddress"]["id"] for item in place.frontends()] == [address.id]
    assert place.ingress(service) == [address["ipAddress"]]


def test_an_internal_service_stands_in_the_named_subnet_on_a_free_address_of_it(place: Place) -> None:
    subnet = place.azure.subnet("snet-balancers", "10.10.9.32/27")
    place.role("Network Contributor", subnet.id)
    assert place.ingress(place.internal_service("one", "snet-balancers")) == ["10.10.9.36"]
    assert place.ingress(place.internal_service("two", "snet-balancers", "10.10.9.62")) == ["10.10.9.62"]
    assert place.ingress(place.internal_service("three", "snet-balancers")) == ["10.10.9.37"]
    assert {item["subnet"]["id"] for item in place.frontends("kubernetes-internal")} == {subnet.id}
    assert place.frontends() == []
    with refused("InUseSubnetCannotBeDeleted", "kubernetes-internal"):
        place.azure.delete(subnet)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.10.8.1", "PrivateIPAddressNotInSubnet"),
        ("10.10.4.3", "PrivateIPAddressInReservedRange"),
        ("10.10.7.255", "PrivateIPAddressInReservedRange"),
        ("ten", "InvalidIPAddressFormat"),
    ],
)
def test_a_private_address_that_azure_does_not_give_is_refused(place: Place, address: str, words: str) -> None:
    service = place.internal_service(address=address)
    assert words in place.problem(service)
    assert place.frontends("kubernetes-internal") == []


def test_a_private_address_that_a_private_endpoint_has_is_refused(place: Place) -> None:
    account = {"accountName": "stshop", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    storage = place.azure.make("storage:StorageAccount", "stshop", resourceGroupName=GROUP, **account)
    link = {"name": "blob", "privateLinkServiceId": storage.id, "groupIds": ["blob"]}
    endpoint = place.azure.make(
        "network:PrivateEndpoint",
        "pep",
        resourceGroupName=GROUP,
        privateEndpointName="pep",
        subnet={"id": place.azure["snet-nodes"].id},
        privateLinkServiceConnections=[link],
    )
    (taken,) = endpoint["customDnsConfigs"][0]["ipAddresses"]
    assert "PrivateIPAddressIsAllocated" in place.problem(place.internal_service(address=taken))
    assert place.ingress(place.internal_service("other")) != [taken]


def test_a_subnet_that_is_not_there_or_not_the_clusters_is_refused(place: Place) -> None:
    missing = place.internal_service(subnet="snet-nowhere")
    assert "ensure(voice-system/edge): lb(kubernetes-internal) - failed to get subnet: vnet-shop/snet-nowhere" in (
        place.problem(missing)
    )
    place.azure.subnet("snet-foreign", "10.10.9.32/27")
    foreign = place.internal_service("foreign", "snet-foreign")
    assert "virtualNetworks/subnets/join/action" in place.problem(foreign)


def test_a_service_that_moves_inside_leaves_the_outside(place: Place) -> None:
    place.address()
    service = place.named_service()
    place.internal_service()
    assert place.frontends() == []
    assert place.ingress(service) == ["10.10.4.4"]


def test_more_rules_than_a_load_balancer_has_are_refused(place: Place) -> None:
    ports = [{"name": f"rtp-{number}", "port": 30000 + number, "protocol": "UDP"} for number in range(MAX_RULES + 1)]
    assert f"exceeded maximum rule limit {MAX_RULES}" in place.problem(place.service(ports=ports))


def test_a_service_of_another_class_is_not_azures(place: Place) -> None:
    service = place.service(loadBalancerClass="example.com/other")
    assert place.ingress(service) == []
    assert place.frontends() == []


def test_pulumi_waits_for_the_address_and_tells_what_the_event_says(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure_rehearsal.kubernetes.awaiting.FIRST_PAUSE_SECONDS", 0)
    annotations = {f"{PREFIX}pip-name": "pip-gateway", f"{PREFIX}load-balancer-resource-group": GROUP}
    inputs = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    inputs["metadata"]["annotations"] = annotations
    inputs = checked(place.provider, SERVICE, inputs)
    with pytest.raises(CreatedButFailed) as caught:
        place.provider.create(SERVICE, inputs, preview=False)
    assert "pip-gateway for service voice-system/edge doesn't exist" in caught.value.message
    assert caught.value.id == "voice-system/edge"
    address = place.address()
    outputs = place.provider.update(SERVICE, caught.value.id, inputs, caught.value.outputs, inputs, preview=False)
    assert outputs["status"]["loadBalancer"]["ingress"][0]["ip"] == address["ipAddress"]


def test_pulumi_does_not_wait_where_it_is_told_not_to(place: Place) -> None:
    inputs = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    annotations = {f"{PREFIX}pip-name": "pip-nowhere", f"{PREFIX}load-balancer-resource-group": GROUP}
    inputs["metadata"]["annotations"] = {**annotations, "pulumi.com/skipAwait": "true"}
    id, _ = place.provider.create(SERVICE, checked(place.provider, SERVICE, inputs), preview=False)
    assert id == "voice-system/edge"


def test_the_frontends_go_with_the_cluster_and_the_address_stays(place: Place) -> None:
    address = place.address()
    place.named_service()
    place.azure.delete(place.aks)
    assert [item.id for item in place.cloud if item.causes] == []
    assert place.left_behind() == []
    place.azure.delete(address)


def test_the_controllers_of_a_cluster_that_is_gone_do_nothing(place: Place) -> None:
    place.azure.delete(place.aks)
    place.address()
    place.clusters.save()
    assert place.frontends() == []


def test_what_a_killed_run_left_undone_is_done_when_the_cluster_is_opened_again(place: Place) -> None:
    place.address()
    service = place.named_service()
    balancer = next(item for item in place.cloud if item.id.endswith("/loadBalancers/kubernetes"))
    place.cloud.drop(balancer.id)
    place.cloud.save()
    place.open()
    assert len(place.frontends()) == 1
    assert place.ingress(service) != []
