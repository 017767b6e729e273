"""The HTTP Gateway in Kubernetes and Azure."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.platform_services.gateway import Gateway, GatewayArgs
from components.scope import Scope
from model.address_plan import address_plan
from model.gateway import ROUTE_NAMESPACES
from model.host_names import HostNames
from model.naming import Naming
from settings.schema.gateway import GatewaySettings
from tests.unit.graph import Graph, Registered
from tests.unit.harness import build
from tests.unit.outputs import SUBSCRIPTION_ID
from tests.unit.stack_variants import non_default
from tests.unit.stacks import PRODUCTION, address_of, graph_of

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
HTTP_ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
BACKEND_POLICY = "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy"
CLIENT_POLICY = "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy"
ENVOY_PROXY = "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy"
AZURE = "service.beta.kubernetes.io/azure"
ZONE, REGION_ZONE = "voice.example.com", "eastus.voice.example.com"

SHOP = {"host": f"shop.{ZONE}", "namespace": "voice-agents", "service": "shop", "port": 8080}
SOCKET = {"host": f"ws.{ZONE}", "namespace": "voice-agents", "service": "socket", "port": 8080, "webSocket": True}
LIMITED = {**SHOP, "path": "/search", "rateLimit": {"requests": 20, "unit": "Minute"}}
ELSEWHERE = {**SHOP, "host": f"shop.westeurope.{ZONE}"}


def gateway_only(*routes: dict[str, Any], **gateway: Any) -> Graph:
    """The Gateway without the rest of a stack, which is faster to build."""
    args = GatewayArgs(
        namespaces={namespace: namespace for namespace in ROUTE_NAMESPACES},
        settings=GatewaySettings.model_validate_json(json.dumps({"routes": routes, **gateway})),
        hosts=HostNames(ZONE, "eastus"),
        plan=address_plan(1),
        image_registry="registry.example",
    )

    scope = Scope(
        resource_group_name="rg-voice-test-eastus",
        names=Naming("voice", "test", "eastus", SUBSCRIPTION_ID),
        location="eastus",
        tags={},
        protect=False,
    )

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        Gateway("gateway", scope, args, pulumi.ResourceOptions(providers=[provider]))

    return build(program)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(PRODUCTION)


@pytest.fixture(scope="module")
def internal() -> Graph:
    return non_default()


@pytest.fixture(scope="module")
def own_routes() -> Graph:
    return gateway_only(SHOP, SOCKET, LIMITED, ELSEWHERE, webSocketSeconds=7200)


def listeners(graph: Graph) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in graph.one(GATEWAY).value("spec.listeners")}


def routes(graph: Graph, host: str) -> dict[str, Registered]:
    """The routes of a host by path."""
    return {
        item.value("spec.rules[0].matches[0].path.value"): item
        for item in graph.of_type(HTTP_ROUTE)
        if host in item.inputs["spec"].get("hostnames", [])
    }


def backend(route: Registered) -> tuple[str, str, int]:
    found = route.value("spec.rules[0].backendRefs[0]")
    return route.value("metadata.namespace"), found["name"], found["port"]


def policy_of(graph: Graph, route: Registered) -> dict[str, Any] | None:
    """The policy of one route, without the policy of the Gateway."""
    place = route.value("metadata.namespace"), route.value("metadata.name")
    for policy in graph.of_type(BACKEND_POLICY):
        [target] = policy.value("spec.targetRefs")
        if target["kind"] == "HTTPRoute" and (policy.value("metadata.namespace"), target["name"]) == place:
            return policy.inputs["spec"]
    return None


def policy_of_gateway(graph: Graph) -> dict[str, Any]:
    return next(
        policy.inputs["spec"]
        for policy in graph.of_type(BACKEND_POLICY)
        if policy.value("spec.targetRefs[0].kind") == "Gateway"
    )


def service(graph: Graph) -> dict[str, Any]:
    return graph.one(ENVOY_PROXY).value("spec.provider.kubernetes.envoyService")


def rules(graph: Graph, subnet: str) -> dict[str, dict[str, Any]]:
    group = graph.one("azure-native:network:NetworkSecurityGroup", f"voice-eastus-network-security-{subnet}")
    return {rule["name"]: rule for rule in group.inputs["securityRules"]}


@pytest.mark.requirement("A34", "C11")
def test_the_gateway_depends_on_its_controller(graph: Graph) -> None:
    gateway = graph.one(GATEWAY)
    gateway_class = graph.one("kubernetes:gateway.networking.k8s.io/v1:GatewayClass")
    assert gateway.value("spec.gatewayClassName") == gateway_class.value("metadata.name")
    assert gateway_class.value("spec.controllerName") == "gateway.envoyproxy.io/gatewayclass-controller"
    controller = next(
        item
        for item in graph.of_type("kubernetes:helm.sh/v3:Release")
        if item.value("chart") == "oci://docker.io/envoyproxy/gateway-helm"
    )
    assert controller.urn in gateway_class.dependencies
    assert {gateway_class.urn, graph.one(ENVOY_PROXY).urn} <= set(gateway.dependencies)
    profile = graph.one("azure-native:containerservice:ManagedCluster").inputs.get("ingressProfile") or {}
    assert not profile, "the Gateway needs no second entry"


@pytest.mark.requirement("C11", "C12", "A34")
def test_the_gateway_terminates_tls_only_for_names_of_the_environment(graph: Graph) -> None:
    https = listeners(graph)["https"]
    assert (https["protocol"], https["port"], https["hostname"]) == ("HTTPS", 443, f"*.{ZONE}")
    assert https["tls"]["mode"] == "Terminate"
    [reference] = https["tls"]["certificateRefs"]
    certificate = next(
        item
        for item in graph.of_type("kubernetes:cert-manager.io/v1:Certificate")
        if item.value("spec.secretName") == reference["name"]
    )
    assert certificate.value("metadata.namespace") == graph.one(GATEWAY).value("metadata.namespace"), (
        "a Gateway reads Secrets of its own namespace"
    )


@pytest.mark.requirement("C12")
def test_nothing_is_served_without_tls(graph: Graph, own_routes: Graph) -> None:
    for stack in (graph, own_routes):
        by_http = [
            item
            for item in stack.of_type(HTTP_ROUTE)
            if any(parent.get("sectionName") != "https" for parent in item.value("spec.parentRefs"))
        ]
        [redirect] = by_http
        [rule] = redirect.value("spec.rules")
        assert rule == {
            "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]
        }
        allowed = listeners(stack)["http"]["allowedRoutes"]["namespaces"]
        assert allowed == {"from": "Same"}, "no other namespace can add routes without TLS"


@pytest.mark.requirement("C12")
def test_clients_must_use_tls_1_2_or_later_and_can_use_http_2(graph: Graph) -> None:
    policy = graph.one(CLIENT_POLICY)
    assert policy.value("spec.targetRefs") == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "voice", "sectionName": "https"}
    ]
    assert policy.value("spec.tls") == {"minVersion": "1.2", "alpnProtocols": ["h2", "http/1.1"]}


def test_the_gateway_answers_the_health_path_on_every_host(graph: Graph) -> None:
    assert graph.one(CLIENT_POLICY).value("spec.healthCheck.path") == "/healthz"


@pytest.mark.requirement("A19", "A14")
def test_livekit_signalling_uses_only_wss_through_the_gateway(graph: Graph) -> None:
    for host in (f"livekit.{ZONE}", f"livekit.{REGION_ZONE}"):
        found = routes(graph, host)
        assert set(found) == {"/rtc", "/agent", "/"}
        assert {backend(route) for route in found.values()} == {("voice-media", "livekit", 7880)}
    public = [
        rule
        for group in graph.of_type("azure-native:network:NetworkSecurityGroup")
        for rule in group.inputs["securityRules"]
        if rule["access"] == "Allow" and rule.get("sourceAddressPrefix") in ("Internet", "*")
        if "7880" in (rule.get("destinationPortRanges") or [rule["destinationPortRange"]])
    ]
    assert public == []


@pytest.mark.requirement("C12")
def test_routes_of_the_api_and_custom_hosts_are_in_the_namespace_of_their_service(own_routes: Graph) -> None:
    for host in (f"api.{ZONE}", f"api.{REGION_ZONE}"):
        assert backend(routes(own_routes, host)["/"]) == ("voice-agents", "voice-agent", 8000)
    assert backend(routes(own_routes, f"ws.{ZONE}")["/"]) == ("voice-agents", "socket", 8080)
    assert set(routes(own_routes, f"shop.{ZONE}")) == {"/", "/search"}
    allowed = listeners(own_routes)["https"]["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert "voice-agents" in allowed[0]["values"]
    assert "kube-system" not in allowed[0]["values"]


def test_hosts_of_another_region_have_routes_only_there(own_routes: Graph) -> None:
    assert routes(own_routes, f"shop.westeurope.{ZONE}") == {}


@pytest.mark.requirement("A14", "C12")
def test_the_idle_timeout_of_web_sockets_follows_its_setting(own_routes: Graph) -> None:
    sockets = [routes(own_routes, f"ws.{ZONE}")["/"]]
    sockets += [routes(own_routes, f"livekit.{ZONE}")[path] for path in ("/rtc", "/agent")]
    for route in sockets:
        policy = policy_of(own_routes, route)
        assert policy is not None
        assert policy["mergeType"] == "StrategicMerge", "the policy of the Gateway applies too"
        assert policy["timeout"] == {"http": {"requestTimeout": "0s", "streamIdleTimeout": "7200s"}}
    keepalive = own_routes.one(CLIENT_POLICY).value("spec.tcpKeepalive")
    assert int(keepalive["idleTime"].removesuffix("s")) < 4 * 60, "Azure's load balancer drops idle connections"


def test_other_responses_have_a_timeout(graph: Graph) -> None:
    assert policy_of_gateway(graph)["timeout"]["http"] == {"requestTimeout": "60s"}
    for host in (f"api.{ZONE}", f"livekit.{ZONE}"):
        assert policy_of(graph, routes(graph, host)["/"]) is None, "the policy of the Gateway applies"


def test_rate_limits_apply_to_the_gateway_and_to_single_routes(own_routes: Graph) -> None:
    assert policy_of_gateway(own_routes)["rateLimit"] == {
        "local": {"rules": [{"limit": {"requests": 500, "unit": "Second"}}]}
    }
    limited = policy_of(own_routes, routes(own_routes, f"shop.{ZONE}")["/search"])
    assert limited is not None
    assert limited["rateLimit"] == {"local": {"rules": [{"limit": {"requests": 20, "unit": "Minute"}}]}}
    assert "timeout" not in limited


def test_a_route_keeps_its_name_when_its_service_changes(own_routes: Graph) -> None:
    other = gateway_only({**SHOP, "service": "other", "port": 80})
    before, after = (routes(graph, f"shop.{ZONE}")["/"] for graph in (own_routes, other))
    assert before.urn == after.urn, "the route must change in place"
    assert backend(after) == ("voice-agents", "other", 80)


@pytest.mark.requirement("A19")
def test_a_public_gateway_uses_the_address_of_the_region(graph: Graph) -> None:
    assert service(graph)["annotations"] == {
        f"{AZURE}-pip-name": "pip-voice-test-eastus-gateway",
        f"{AZURE}-load-balancer-resource-group": "rg-voice-test-eastus",
    }
    names = {item.value("publicIpAddressName") for item in graph.of_type("azure-native:network:PublicIPAddress")}
    assert "pip-voice-test-eastus-gateway" in names
    rule = rules(graph, "workload")["gateway-tcp"]
    assert (rule["sourceAddressPrefix"], rule["destinationPortRanges"]) == ("Internet", ["443", "80"])
    assert rule["destinationAddressPrefix"] == address_of("pip-voice-test-eastus-gateway")


@pytest.mark.requirement("B42")
def test_an_internal_gateway_has_a_private_address_unreachable_from_outside(internal: Graph) -> None:
    assert service(internal)["annotations"] == {
        f"{AZURE}-load-balancer-internal": "true",
        f"{AZURE}-load-balancer-internal-subnet": "snet-load-balancers",
        f"{AZURE}-load-balancer-ipv4": "10.10.9.62",
    }
    rule = rules(internal, "workload")["gateway-tcp"]
    assert rule["sourceAddressPrefix"] == "10.10.0.0/16", "the network, which contains Application Gateway's subnet"
    assert rule["destinationAddressPrefix"] == "10.10.9.62"
    open_to_all = [
        name
        for name, rule in rules(internal, "workload").items()
        if rule["access"] == "Allow" and rule.get("sourceAddressPrefix") == "Internet"
    ]
    assert open_to_all == []


def test_services_get_the_client_address_of_a_request(graph: Graph, internal: Graph) -> None:
    for stack in (graph, internal):
        assert service(stack)["externalTrafficPolicy"] == "Local", "otherwise the source is the address of a node"
    assert graph.one(CLIENT_POLICY).value("spec.clientIPDetection") == {"directSourceIP": {}}
    trusted = internal.one(CLIENT_POLICY).value("spec.clientIPDetection.xForwardedFor.trustedCIDRs")
    assert trusted == ["10.10.10.0/24"], "only Application Gateway can set the client address"


def test_the_access_log_omits_query_strings_with_tokens(graph: Graph) -> None:
    [setting] = graph.one(ENVOY_PROXY).value("spec.telemetry.accessLog.settings")
    fields = setting["format"]["json"]
    assert fields["path"].startswith("%REQ_WITHOUT_QUERY(")
    assert not [name for name, value in fields.items() if "%REQ(" in value and ":PATH" in value]


def test_pods_are_replaced_one_at_a_time_and_drain_first(graph: Graph) -> None:
    provider = graph.one(ENVOY_PROXY).value("spec.provider.kubernetes")
    assert provider["envoyPDB"] == {"maxUnavailable": 1}
    assert (provider["envoyHpa"]["minReplicas"], provider["envoyHpa"]["maxReplicas"]) == (2, 10)
    assert "replicas" not in provider["envoyDeployment"], "the autoscaler owns the count"
    spread = {item["topologyKey"] for item in provider["envoyDeployment"]["pod"]["topologySpreadConstraints"]}
    assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    shutdown = graph.one(ENVOY_PROXY).value("spec.shutdown")
    missed_probes = 2 * 5
    assert int(shutdown["minDrainDuration"].removesuffix("s")) > missed_probes, (
        "the load balancer sends traffic until then"
    )


def test_a_stopping_pod_waits_for_the_longest_response() -> None:
    shutdown = gateway_only(requestSeconds=1800).one(ENVOY_PROXY).value("spec.shutdown")
    assert int(shutdown["drainTimeout"].removesuffix("s")) > 1800
