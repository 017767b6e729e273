"""Requirements of LiveKit, verified on the objects and node pools of the committed stacks."""

from __future__ import annotations

from typing import Any

import pytest

from model.address_plan import region_plan
from model.ports import NODE_PORTS
from tests.charts.deployed import (
    STACKS_OF_CLASSES,
    charts_of,
    container,
    file,
    load_balancer_ports,
    named,
    of_kind,
    pod,
)
from tests.charts.workloads import DEPLOYMENTS, settings_of
from tests.unit.stacks import PRODUCTION, graph_of

every_class = pytest.mark.parametrize("stack", STACKS_OF_CLASSES)
VOICE = tuple(workload.chart for workload in DEPLOYMENTS if workload.calls and workload.chart != "livekit-egress")


def host_ports(pool: str) -> list[dict[str, Any]]:
    """The allowed host ports of a media pool's nodes."""
    pools = graph_of(PRODUCTION).of_type("azure-native:containerservice:AgentPool")
    (first, *others) = [
        item.inputs["networkProfile"]["allowedHostPorts"]
        for item in pools
        if item.inputs["nodeLabels"]["voice.platform/pool"] == pool
    ]
    assert all(other == first for other in others)
    return first


def admitted(pool: str, port: int, protocol: str) -> bool:
    return any(
        item["portStart"] <= port <= item["portEnd"] and item["protocol"] == protocol for item in host_ports(pool)
    )


def mux(stack: str) -> range:
    first, last = map(int, file(stack, "livekit", "livekit.yaml")["rtc"]["udp_port"].split("-"))
    return range(first, last + 1)


@pytest.mark.requirement("A13")
@every_class
def test_livekit_is_one_container_and_its_keys_are_not_in_a_config_map(stack: str) -> None:
    (only,) = pod(stack, "livekit")["containers"]
    assert only["args"] == ["--config", "/configuration/livekit.yaml"]
    written = str(named(stack, "livekit", "ConfigMap")["data"])
    assert file(stack, "livekit", "livekit.yaml")["key_file"] == "/configuration/keys.yaml"
    assert file(stack, "livekit", "keys.yaml") == {"${LIVEKIT_API_KEY}": "${LIVEKIT_API_SECRET}"}, written
    volumes = {volume["name"]: volume for volume in pod(stack, "livekit")["volumes"]}
    assert volumes["secrets"]["csi"]["driver"] == "secrets-store.csi.k8s.io", "secrets come from the vault"
    assert volumes["configuration"]["emptyDir"]["medium"] == "Memory"


@pytest.mark.requirement("A14")
@every_class
def test_livekit_signalling_is_internal_behind_the_gateway(stack: str) -> None:
    (signalling,) = [item for item in of_kind(stack, "livekit", "Service") if item["metadata"]["name"] == "livekit"]
    assert signalling["spec"].get("type", "ClusterIP") == "ClusterIP"
    assert not admitted("livekit", file(stack, "livekit", "livekit.yaml")["port"], "TCP")
    assert ("TCP", 7880) not in load_balancer_ports(stack)
    routes = graph_of(PRODUCTION).of_type("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")
    backends = [
        (backend["name"], route.inputs["metadata"]["namespace"], backend["port"])
        for route in routes
        for rule in route.inputs["spec"]["rules"]
        for backend in rule.get("backendRefs", [])
    ]
    assert ("livekit", "voice-media", 7880) in backends


@pytest.mark.requirement("A15")
@every_class
def test_ice_over_tcp_uses_the_nodes_address(stack: str) -> None:
    assert file(stack, "livekit", "livekit.yaml")["rtc"]["tcp_port"] == 7881
    ports = {p["hostPort"]: p["protocol"] for p in container(stack, "livekit", "livekit")["ports"]}
    assert ports[7881] == "TCP"
    assert pod(stack, "livekit")["hostNetwork"] is True
    assert admitted("livekit", 7881, "TCP")
    assert ("TCP", 7881) not in load_balancer_ports(stack)


@pytest.mark.requirement("A16")
@every_class
def test_the_udp_mux_starts_at_7882_and_turn_has_its_own_ports(stack: str) -> None:
    turn = file(stack, "livekit", "livekit.yaml")["turn"]
    assert mux(stack).start == 7882
    assert all(admitted("livekit", port, "UDP") for port in (*mux(stack), 3478))
    assert (turn["udp_port"], turn["tls_port"]) == (3478, 5349)
    (balanced,) = named(stack, "livekit", "Service", "livekit-turn")["spec"]["ports"]
    assert (balanced["port"], balanced["targetPort"]) == (443, "turn-tls"), "firewalls admit only 443"
    targets = {p["name"]: p["containerPort"] for p in container(stack, "livekit", "livekit")["ports"]}
    assert targets["turn-tls"] == 5349


@pytest.mark.requirement("A17")
@every_class
def test_livekit_media_ports_do_not_overlap_freeswitchs(stack: str) -> None:
    rtc = file(stack, "livekit", "livekit.yaml")["rtc"]
    assert not {"port_range_start", "port_range_end"} & rtc.keys(), "LiveKit uses the mux only without a port range"
    rtp = settings_of(stack).telephony.rtp_ports
    assert not set(mux(stack)) & set(range(rtp.first, rtp.last + 1))
    assert max(mux(stack)) < NODE_PORTS.first


@pytest.mark.requirement("A18")
@every_class
def test_livekit_announces_the_public_address_of_its_node(stack: str) -> None:
    rtc = file(stack, "livekit", "livekit.yaml")["rtc"]
    assert (rtc["node_ip"], rtc["use_external_ip"]) == ("${PUBLIC_ADDRESS}", False)
    configure = {e["name"]: e.get("value") for e in container(stack, "livekit", "configure")["env"]}
    assert configure["NODE_ADDRESS"] == "required", "without an address LiveKit does not start"


@pytest.mark.requirement("A28")
@pytest.mark.parametrize("chart", VOICE)
@every_class
def test_voice_pods_have_whole_dedicated_cpus(stack: str, chart: str) -> None:
    spec = pod(stack, chart)
    for own in [*spec.get("initContainers", []), *spec["containers"]]:
        assert own["resources"]["requests"] == own["resources"]["limits"], own["name"]
    voice = next(c for c in spec["containers"] if c["name"] in (chart, "agent"))
    assert str(voice["resources"]["limits"]["cpu"]).isdecimal(), "fractional CPUs are throttled"
    assert spec["priorityClassName"] in ("voice-media", "voice-agents")


@pytest.mark.requirement("A28")
@every_class
def test_the_mux_has_a_port_for_each_cpu(stack: str) -> None:
    cpus = int(container(stack, "livekit", "livekit")["resources"]["limits"]["cpu"])
    assert len(mux(stack)) >= cpus


@pytest.mark.requirement("A28")
def test_media_nodes_use_the_static_cpu_manager() -> None:
    pools = [
        item.inputs
        for item in graph_of(PRODUCTION).of_type("azure-native:containerservice:AgentPool")
        if item.inputs["nodeLabels"]["voice.platform/pool"] in ("sip", "livekit")
    ]
    assert pools
    assert {pool["kubeletConfig"]["cpuManagerPolicy"] for pool in pools} == {"static"}


@pytest.mark.requirement("A27")
@every_class
def test_every_call_gets_its_own_room_and_an_agent(stack: str) -> None:
    rule = file(stack, "livekit-sip", "dispatch.json")
    assert rule["rule"]["dispatch_rule_individual"]["room_prefix"] == "call-"
    assert rule["room_config"]["agents"] == [{"agent_name": settings_of(stack).agent.name}]
    told = named(stack, "voice-agent", "ConfigMap")["data"]["LIVEKIT_AGENT_NAME"]
    assert told == settings_of(stack).agent.name, "the name that dispatch calls is the one that the agent answers to"
    plan = region_plan(settings_of(stack).this_region)
    trunk = file(stack, "livekit-sip", "inbound.json")
    assert set(trunk["allowed_addresses"]) == {plan.network, plan.pods}, "only FreeSWITCH"


def test_every_voice_chart_is_deployed() -> None:
    assert set(VOICE) <= set(charts_of("prod"))
