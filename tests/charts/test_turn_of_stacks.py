"""The load balancer of LiveKit: TURN over TLS only, on a static address."""

from __future__ import annotations

from typing import Any

import pytest

from model.host_names import host_names
from tests.charts.deployed import STACKS_OF_CLASSES, container, file, load_balancer_ports, named
from tests.charts.workloads import settings_of
from tests.unit.graph import Graph
from tests.unit.stacks import PROJECT, address_of, graph_of

every_class = pytest.mark.parametrize("stack", STACKS_OF_CLASSES)
ANNOTATION = "service.beta.kubernetes.io/azure-pip-name"


def azure(stack: str) -> Graph:
    return graph_of(PROJECT / f"Pulumi.{stack}.yaml")


def rules(stack: str, subnet: str) -> list[dict[str, Any]]:
    group = f"voice-eastus-network-security-{subnet}"
    return azure(stack).one("azure-native:network:NetworkSecurityGroup", group).inputs["securityRules"]


@pytest.mark.requirement("B41")
@every_class
def test_turn_over_tls_has_its_own_load_balancer_with_a_static_address(stack: str) -> None:
    service = named(stack, "livekit", "Service", "livekit-turn")
    assert service["spec"]["type"] == "LoadBalancer"
    (port,) = service["spec"]["ports"]
    behind = {item["name"]: item for item in container(stack, "livekit", "livekit")["ports"]}[port["targetPort"]]
    assert (port["protocol"], port["port"], behind["containerPort"]) == ("TCP", 443, 5349)
    name = service["metadata"]["annotations"][ANNOTATION]
    (address,) = [
        item
        for item in azure(stack).of_type("azure-native:network:PublicIPAddress")
        if item.value("publicIpAddressName") == name
    ]
    assert (address.value("sku.name"), address.value("publicIPAllocationMethod")) == ("Standard", "Static")
    assert file(stack, "livekit", "livekit.yaml")["turn"]["domain"] == host_names(settings_of(stack)).of_region("turn")
    (admitted,) = [rule for rule in rules(stack, "livekit") if rule.get("destinationAddressPrefix") == address_of(name)]
    assert (admitted["sourceAddressPrefix"], admitted["protocol"], admitted["destinationPortRange"]) == (
        "Internet",
        "Tcp",
        "443",
    )


@pytest.mark.requirement("B41")
@every_class
def test_turn_over_udp_and_media_use_node_addresses(stack: str) -> None:
    turn = {number: item for (_, number), item in load_balancer_ports(stack).items() if item.startswith("livekit")}
    assert turn == {443: "livekit-turn"}
    on_the_node = {(item["protocol"], item["hostPort"]) for item in container(stack, "livekit", "livekit")["ports"]}
    assert {("UDP", 3478), ("TCP", 7881), ("UDP", 7882)} <= on_the_node
    group = [rule for rule in rules(stack, "livekit") if rule.get("destinationApplicationSecurityGroups")]
    from_clients = {
        (rule["protocol"], port)
        for rule in group
        if rule.get("sourceAddressPrefix") == "Internet"
        for port in rule.get("destinationPortRanges") or [rule["destinationPortRange"]]
    }
    assert from_clients == {("Udp", "7882-7889"), ("Udp", "3478"), ("Tcp", "7881")}
