"""Services of type LoadBalancer: their frontends in Azure, and the errors about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.azure.controllers.load_balancers import MAX_RULES
from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.protocol.provider import CreatedButFailed
from simulator_tests.azure.harness import GROUP, NETWORK, refused
from simulator_tests.kubernetes.cluster_environment import NAMESPACE, PREFIX, ClusterEnvironment
from simulator_tests.kubernetes.support import checked, named, resource

SERVICE = resource("kubernetes:core/v1:Service", "edge")


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    return ClusterEnvironment(tmp_path)


def test_a_service_uses_the_configured_address(env: ClusterEnvironment) -> None:
    address = env.address()
    service = env.named_service()
    (frontend,) = env.frontends()
    assert frontend["publicIPAddress"] == {"id": address.id}
    assert env.ingress(service) == [address["ipAddress"]]
    assert env.problem(service) == ""


def test_the_address_of_a_service_cannot_be_deleted(env: ClusterEnvironment) -> None:
    address = env.address()
    service = env.named_service()
    with refused("PublicIPAddressCannotBeDeleted", "loadBalancers/kubernetes"):
        env.azure.delete(address)
    env.cluster.delete(service)
    assert env.frontends() == []
    env.azure.delete(address)


def test_a_service_that_is_no_longer_a_load_balancer_releases_its_address(env: ClusterEnvironment) -> None:
    env.address()
    service = env.named_service()
    env.named_service(type="ClusterIP")
    assert env.ingress(service) == []
    assert env.frontends() == []


def test_a_service_is_pending_until_its_address_exists(env: ClusterEnvironment) -> None:
    service = env.named_service()
    assert env.problem(service) == (
        "SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: PublicIP from annotation "
        "azure-pip-name(-IPv6)=pip-gateway for service shop-system/edge doesn't exist"
    )
    assert env.ingress(service) == []
    address = env.address()
    assert env.problem(service) == "", "the controller retries"
    assert env.ingress(service) == [address["ipAddress"]]


def test_the_cluster_needs_a_role_on_the_resource_group_of_the_address(tmp_path: Path) -> None:
    env = ClusterEnvironment(tmp_path, reader=False)
    env.address()
    service = env.named_service()
    assert "AuthorizationFailed" in env.problem(service)
    assert "'Microsoft.Network/publicIPAddresses/read'" in env.problem(service)
    assert f"resourceGroups/{GROUP}/providers/Microsoft.Network'" in env.problem(service)


def test_the_cluster_needs_a_role_on_the_address(env: ClusterEnvironment) -> None:
    address = env.address(joined=False)
    service = env.named_service()
    assert "LinkedAuthorizationFailed" in env.problem(service)
    assert f"publicIPAddresses/join/action' on the linked scope(s) '{address.id}'" in env.problem(service)


def test_an_address_in_another_region_or_in_use_is_refused(env: ClusterEnvironment) -> None:
    elsewhere = env.azure.address("pip-elsewhere", location="eastus")
    env.role("Network Contributor", elsewhere.id)
    assert "same region" in env.problem(env.named_service("far", "pip-elsewhere"))
    nat = env.address("pip-nat")
    gateway = {"natGatewayName": "nat", "sku": {"name": "Standard"}, "publicIpAddresses": [{"id": nat.id}]}
    env.azure.make("network:NatGateway", "nat", resourceGroupName=GROUP, **gateway)
    assert "PublicIPAddressInUse" in env.problem(env.named_service("taken", "pip-nat"))


def test_an_ip_address_is_looked_up_in_the_resource_group(env: ClusterEnvironment) -> None:
    address = env.address()
    group = {"load-balancer-resource-group": GROUP}
    service = env.service(annotations={**group, "load-balancer-ipv4": address["ipAddress"]})
    assert env.ingress(service) == [address["ipAddress"]]
    other = env.service("other", annotations={**group, "load-balancer-ipv4": "198.51.100.7"})
    assert f"user supplied IP Address 198.51.100.7 was not found in resource group {GROUP}" in env.problem(other)


def test_an_automatic_address_is_deleted_with_its_service(env: ClusterEnvironment) -> None:
    service = env.service()
    made = [item for item in env.cloud if "/publicIPAddresses/kubernetes-a" in item.id]
    assert env.ingress(service) == [made[0].properties["ipAddress"]]
    env.cluster.delete(service)
    assert [item for item in env.cloud if "/publicIPAddresses/kubernetes-a" in item.id] == []


def test_services_can_share_an_address_but_not_a_port(env: ClusterEnvironment) -> None:
    env.address()
    env.named_service("one")
    two = env.named_service("two", ports=[{"name": "tls", "port": 5001}])
    three = env.named_service("three")
    assert len(env.frontends()) == 1
    assert env.problem(two) == ""
    assert "trying to consume the port 5000 which is being referenced by an existing" in env.problem(three)
    env.cluster.delete(Key("v1", "Service", NAMESPACE, "one"))
    assert env.problem(three) == "", "the port is free again"


def test_a_failed_change_keeps_the_previous_frontend(env: ClusterEnvironment) -> None:
    address = env.address()
    service = env.named_service()
    env.named_service(address="pip-mistyped")
    assert "pip-mistyped" in env.problem(service)
    assert [item["publicIPAddress"]["id"] for item in env.frontends()] == [address.id]
    assert env.ingress(service) == [address["ipAddress"]]


def test_an_internal_service_gets_a_free_address_of_its_subnet(env: ClusterEnvironment) -> None:
    subnet = env.azure.subnet("snet-balancers", "10.10.9.32/27")
    env.role("Network Contributor", subnet.id)
    assert env.ingress(env.internal_service("one", "snet-balancers")) == ["10.10.9.36"]
    assert env.ingress(env.internal_service("two", "snet-balancers", "10.10.9.62")) == ["10.10.9.62"]
    assert env.ingress(env.internal_service("three", "snet-balancers")) == ["10.10.9.37"]
    assert {item["subnet"]["id"] for item in env.frontends("kubernetes-internal")} == {subnet.id}
    assert env.frontends() == []
    with refused("InUseSubnetCannotBeDeleted", "kubernetes-internal"):
        env.azure.delete(subnet)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.10.8.1", "PrivateIPAddressNotInSubnet"),
        ("10.10.4.3", "PrivateIPAddressInReservedRange"),
        ("10.10.7.255", "PrivateIPAddressInReservedRange"),
        ("ten", "InvalidIPAddressFormat"),
    ],
)
def test_an_unavailable_private_address_is_refused(env: ClusterEnvironment, address: str, words: str) -> None:
    service = env.internal_service(address=address)
    assert words in env.problem(service)
    assert env.frontends("kubernetes-internal") == []


def test_the_address_of_a_private_endpoint_is_refused(env: ClusterEnvironment) -> None:
    account = {"accountName": "stshop", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    storage = env.azure.make("storage:StorageAccount", "stshop", resourceGroupName=GROUP, **account)
    link = {"name": "blob", "privateLinkServiceId": storage.id, "groupIds": ["blob"]}
    endpoint = env.azure.make(
        "network:PrivateEndpoint",
        "pep",
        resourceGroupName=GROUP,
        privateEndpointName="pep",
        subnet={"id": env.azure["snet-nodes"].id},
        privateLinkServiceConnections=[link],
    )
    (taken,) = endpoint["customDnsConfigs"][0]["ipAddresses"]
    assert "PrivateIPAddressIsAllocated" in env.problem(env.internal_service(address=taken))
    assert env.ingress(env.internal_service("other")) != [taken]


def test_a_missing_or_forbidden_subnet_is_refused(env: ClusterEnvironment) -> None:
    missing = env.internal_service(subnet="snet-nowhere")
    assert f"ensure(shop-system/edge): lb(kubernetes-internal) - failed to get subnet: {NETWORK}/snet-nowhere" in (
        env.problem(missing)
    )
    env.azure.subnet("snet-foreign", "10.10.9.32/27")
    foreign = env.internal_service("foreign", "snet-foreign")
    assert "virtualNetworks/subnets/join/action" in env.problem(foreign)


def test_a_service_that_becomes_internal_releases_its_public_frontend(env: ClusterEnvironment) -> None:
    env.address()
    service = env.named_service()
    env.internal_service()
    assert env.frontends() == []
    assert env.ingress(service) == ["10.10.4.4"]


def test_too_many_load_balancer_rules_are_refused(env: ClusterEnvironment) -> None:
    ports = [{"name": f"port-{number}", "port": 30000 + number, "protocol": "UDP"} for number in range(MAX_RULES + 1)]
    assert f"exceeded maximum rule limit {MAX_RULES}" in env.problem(env.service(ports=ports))


def test_a_service_with_a_load_balancer_class_is_ignored(env: ClusterEnvironment) -> None:
    service = env.service(loadBalancerClass="example.com/other")
    assert env.ingress(service) == []
    assert env.frontends() == []


def test_pulumi_waits_for_the_address_and_reports_the_event(
    env: ClusterEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure_rehearsal.kubernetes.await_ready.INITIAL_DELAY_SECONDS", 0)
    annotations = {f"{PREFIX}pip-name": "pip-gateway", f"{PREFIX}load-balancer-resource-group": GROUP}
    inputs = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    inputs["metadata"]["annotations"] = annotations
    inputs = checked(env.provider, SERVICE, inputs)
    with pytest.raises(CreatedButFailed) as caught:
        env.provider.create(SERVICE, inputs, preview=False)
    assert "pip-gateway for service shop-system/edge doesn't exist" in caught.value.message
    assert caught.value.id == "shop-system/edge"
    address = env.address()
    outputs = env.provider.update(SERVICE, caught.value.id, inputs, caught.value.outputs, inputs, preview=False)
    assert outputs["status"]["loadBalancer"]["ingress"][0]["ip"] == address["ipAddress"]


def test_skip_await_disables_waiting(env: ClusterEnvironment) -> None:
    inputs = named("v1", "Service", "edge", NAMESPACE, spec={"type": "LoadBalancer", "ports": [{"port": 443}]})
    annotations = {f"{PREFIX}pip-name": "pip-nowhere", f"{PREFIX}load-balancer-resource-group": GROUP}
    inputs["metadata"]["annotations"] = {**annotations, "pulumi.com/skipAwait": "true"}
    id, _ = env.provider.create(SERVICE, checked(env.provider, SERVICE, inputs), preview=False)
    assert id == "shop-system/edge"


def test_deleting_the_cluster_deletes_frontends_and_keeps_the_address(env: ClusterEnvironment) -> None:
    address = env.address()
    env.named_service()
    env.azure.delete(env.aks)
    assert [item.id for item in env.cloud if item.causes] == []
    assert env.left_behind() == []
    env.azure.delete(address)


def test_the_controllers_of_a_deleted_cluster_do_nothing(env: ClusterEnvironment) -> None:
    env.azure.delete(env.aks)
    env.address()
    env.clusters.save()
    assert env.frontends() == []


def test_reopening_the_cluster_completes_the_work_of_a_killed_run(env: ClusterEnvironment) -> None:
    env.address()
    service = env.named_service()
    balancer = next(item for item in env.cloud if item.id.endswith("/loadBalancers/kubernetes"))
    env.cloud.drop(balancer.id)
    env.cloud.save()
    env.open()
    assert len(env.frontends()) == 1
    assert env.ingress(service) != []
