"""Envoy Gateway in a recorded cluster: what a Gateway comes to, and what happens in which order of deletion."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Reason
from simulator_tests.kubernetes.cluster_environment import CLASS_CONTROLLER, GATEWAY_API, NAMESPACE, ClusterEnvironment
from simulator_tests.kubernetes.support import named

CHART = "gateway-helm"
HTTPS = {"name": "https", "protocol": "HTTPS", "port": 443, "tls": {"certificateRefs": [{"name": "gateway-tls"}]}}
HTTP = {"name": "http", "protocol": "HTTP", "port": 80}


@pytest.fixture
def env(tmp_path: Path) -> ClusterEnvironment:
    made = ClusterEnvironment(tmp_path)
    made.address()
    return made


@pytest.fixture
def release(env: ClusterEnvironment) -> str:
    return env.install(CHART, "envoy-gateway")


def certificate(env: ClusterEnvironment) -> Key:
    data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
    return env.put(named("v1", "Secret", "gateway-tls", NAMESPACE, type="kubernetes.io/tls", data=data))


def service_ports(env: ClusterEnvironment) -> list[int]:
    key = env.proxy_service()
    found = env.cluster.get(key) if key else None
    return [port["port"] for port in found["spec"]["ports"]] if found else []


@pytest.mark.usefixtures("release")
def test_a_gateway_has_a_service_on_the_named_address(env: ClusterEnvironment) -> None:
    _, gateway = env.gateway()
    service = env.proxy_service()
    assert service == Key("v1", "Service", NAMESPACE, "envoy-voice-system-voice-4c41fdc4")
    (address,) = env.ingress(service)
    assert env.azure["pip-gateway"]["ipAddress"] == address
    assert env.status(gateway)["addresses"] == [{"type": "IPAddress", "value": address}]
    assert env.cluster.unready() == []


@pytest.mark.usefixtures("release")
def test_names_are_those_that_envoy_gateway_gives(env: ClusterEnvironment) -> None:
    """The one of its quick start, `default/eg`."""
    env.gateway()
    spec = {"gatewayClassName": "voice", "listeners": [HTTP]}
    env.put(named(GATEWAY_API, "Gateway", "eg", "default", spec=spec))
    names = {key.name for key in env.cluster.causes() if key.kind == "Service"}
    assert "envoy-default-eg-e41e7b31" in names


def test_without_envoy_gateway_a_gateway_comes_to_nothing(env: ClusterEnvironment) -> None:
    env.uninstall(env.install(CHART))  # its definitions stay
    _, gateway = env.gateway()
    assert env.proxy_service() is None
    assert env.status(gateway) == {}
    env.install(CHART)
    assert env.proxy_service() is not None, "it finds what waited for it"


@pytest.mark.usefixtures("release")
def test_a_gateway_of_another_controller_is_left_alone(env: ClusterEnvironment) -> None:
    env.put(named(GATEWAY_API, "GatewayClass", "other", spec={"controllerName": "example.com/other"}))
    spec = {"gatewayClassName": "other", "listeners": [HTTP]}
    env.put(named(GATEWAY_API, "Gateway", "other", NAMESPACE, spec=spec))
    assert env.proxy_service() is None


@pytest.mark.usefixtures("release")
def test_a_listener_without_its_certificate_is_not_served_until_it_comes(env: ClusterEnvironment) -> None:
    _, gateway = env.gateway(listeners=[HTTPS, HTTP])
    assert service_ports(env) == [80]
    assert "listener https: Secret voice-system/gateway-tls does not exist." in env.problem(gateway)
    certificate(env)
    assert service_ports(env) == [443, 80]
    assert env.problem(gateway) == ""


@pytest.mark.usefixtures("release")
def test_a_certificate_of_another_namespace_needs_a_grant(env: ClusterEnvironment) -> None:
    data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
    env.put(named("v1", "Secret", "tls", "default", type="kubernetes.io/tls", data=data))
    listener = {**HTTPS, "tls": {"certificateRefs": [{"name": "tls", "namespace": "default"}]}}
    _, gateway = env.gateway(listeners=[listener])
    assert "not permitted by any ReferenceGrant" in env.problem(gateway)
    who = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": NAMESPACE}
    spec = {"from": [who], "to": [{"group": "", "kind": "Secret"}]}
    env.put(named(GATEWAY_API, "ReferenceGrant", "gateway", "default", spec=spec))
    assert env.problem(gateway) == ""


@pytest.mark.usefixtures("release")
def test_parameters_that_are_not_there_are_told(env: ClusterEnvironment) -> None:
    missing = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "missing"}
    _, gateway = env.gateway(infrastructure={"parametersRef": missing})
    assert "failed to find envoyproxy voice-system/missing" in env.problem(gateway)
    assert env.proxy_service() is None
    spec = {"controllerName": CLASS_CONTROLLER, "parametersRef": {**missing, "namespace": NAMESPACE}}
    of_class = env.put(named(GATEWAY_API, "GatewayClass", "voice", spec=spec))
    assert "InvalidParameters" in env.problem(of_class)


@pytest.mark.usefixtures("release")
def test_a_patch_of_the_service_is_laid_over_it(env: ClusterEnvironment) -> None:
    env.gateway()
    proxy = env.cluster.get(Key("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", NAMESPACE, "voice"))
    assert proxy is not None
    service = proxy["spec"]["provider"]["kubernetes"]["envoyService"]
    service["patch"] = {"type": "StrategicMerge", "value": {"spec": {"sessionAffinity": "ClientIP"}}}
    env.put(proxy)
    key = env.proxy_service()
    found = env.cluster.get(key) if key else None
    assert found is not None
    assert found["spec"]["sessionAffinity"] == "ClientIP"


@pytest.mark.usefixtures("release")
def test_a_gateway_that_is_deleted_gives_its_address_back(env: ClusterEnvironment) -> None:
    of_class, gateway = env.gateway()
    env.cluster.delete(gateway)
    assert env.proxy_service() is None
    assert env.frontends() == []
    env.cluster.delete(of_class)
    assert env.left_behind() == []


def test_a_gateway_that_is_deleted_after_its_controller_leaves_the_service_behind(
    env: ClusterEnvironment, release: str
) -> None:
    of_class, gateway = env.gateway()
    env.uninstall(release)
    assert env.left_behind() == [], "the Gateway is still there, and served"
    env.cluster.delete(gateway)
    (frontend,) = env.frontends()
    service = env.proxy_service()
    assert service is not None
    left = f"{frontend['id']}, made by Service voice-system/{service.name} of cluster aks-voice"
    assert env.left_behind() == [left]
    with pytest.raises(ApiError) as caught:
        env.cluster.delete(of_class)
    assert caught.value.reason is Reason.TIMEOUT
    assert "gateway-exists-finalizer.gateway.networking.k8s.io" in caught.value.message
    assert "depend on that release" in caught.value.remediation
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert env.left_behind() == []
    assert env.frontends() == []


@pytest.mark.usefixtures("release")
def test_a_class_stays_while_it_has_gateways(env: ClusterEnvironment) -> None:
    of_class, gateway = env.gateway()
    with pytest.raises(ApiError, match=r'while gateways\.gateway\.networking\.k8s\.io "voice" exist'):
        env.cluster.delete(of_class)
    env.cluster.delete(gateway)
    env.cluster.delete(of_class)
    assert env.cluster.get(of_class) is None


def test_what_a_class_owns_goes_with_it(env: ClusterEnvironment, release: str) -> None:
    """Its Service belongs to the class: the garbage collector needs no Envoy Gateway for it."""
    of_class, gateway = env.gateway()
    env.uninstall(release)
    env.cluster.delete(gateway)
    env.cluster.apply(named(GATEWAY_API, "GatewayClass", "voice"), "envoy-gateway")  # a person takes the finalizer
    env.cluster.delete(of_class)
    assert env.proxy_service() is None
    assert env.left_behind() == []


@pytest.mark.usefixtures("release")
def test_a_route_is_told_at_which_gateways_it_is_served(env: ClusterEnvironment) -> None:
    env.gateway()
    route = env.route()
    (parent,) = env.status(route)["parents"]
    assert parent["conditions"][0]["status"] == "True"
    assert env.problem(route) == ""


@pytest.mark.usefixtures("release")
@pytest.mark.parametrize(
    ("host", "parent", "reason"),
    [
        ("chat.elsewhere.example", {}, "NoMatchingListenerHostname"),
        ("chat.voice.example.com", {"sectionName": "https"}, "NoMatchingParent"),
        ("chat.voice.example.com", {"name": "other"}, "NoMatchingParent"),
    ],
)
def test_a_route_that_fits_no_listener_is_told_why(
    env: ClusterEnvironment, host: str, parent: dict[str, str], reason: str
) -> None:
    env.gateway()
    route = env.route(host, parentRefs=[{"name": "voice", **parent}])
    assert reason in env.problem(route)


@pytest.mark.usefixtures("release")
def test_a_route_of_another_namespace_must_be_let_in(env: ClusterEnvironment) -> None:
    env.put(named("v1", "Namespace", "voice-agents"))
    env.gateway()
    spec = {"parentRefs": [{"name": "voice", "namespace": NAMESPACE}], "hostnames": ["chat.voice.example.com"]}
    route = env.put(named(GATEWAY_API, "HTTPRoute", "chat", "voice-agents", spec=spec))
    assert "NotAllowedByListeners" in env.problem(route)
    ours = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["voice-agents"]}
    allowed = {"namespaces": {"from": "Selector", "selector": {"matchExpressions": [ours]}}}
    env.gateway(listeners=[{**HTTP, "allowedRoutes": allowed}])
    assert env.problem(route) == ""
