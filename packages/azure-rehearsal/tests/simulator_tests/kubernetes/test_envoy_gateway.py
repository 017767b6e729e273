"""Envoy Gateway in a fake cluster: the results of a Gateway, and the order of deletions."""

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
def test_a_gateway_gets_a_service_with_the_configured_address(env: ClusterEnvironment) -> None:
    _, gateway = env.gateway()
    service = env.proxy_service()
    assert service == Key("v1", "Service", NAMESPACE, "envoy-shop-system-shop-86ca608d")
    (address,) = env.ingress(service)
    assert env.azure["pip-gateway"]["ipAddress"] == address
    assert env.status(gateway)["addresses"] == [{"type": "IPAddress", "value": address}]
    assert env.cluster.unready() == []


@pytest.mark.usefixtures("release")
def test_service_names_match_those_of_envoy_gateway(env: ClusterEnvironment) -> None:
    """The Gateway of its quick start, `default/eg`."""
    env.gateway()
    spec = {"gatewayClassName": "shop", "listeners": [HTTP]}
    env.put(named(GATEWAY_API, "Gateway", "eg", "default", spec=spec))
    names = {key.name for key in env.cluster.causes() if key.kind == "Service"}
    assert "envoy-default-eg-e41e7b31" in names


def test_without_envoy_gateway_a_gateway_is_not_reconciled(env: ClusterEnvironment) -> None:
    env.uninstall(env.install(CHART))  # its CRDs remain
    _, gateway = env.gateway()
    assert env.proxy_service() is None
    assert env.status(gateway) == {}
    env.install(CHART)
    assert env.proxy_service() is not None, "it reconciles existing Gateways"


@pytest.mark.usefixtures("release")
def test_a_gateway_of_another_controller_is_ignored(env: ClusterEnvironment) -> None:
    env.put(named(GATEWAY_API, "GatewayClass", "other", spec={"controllerName": "example.com/other"}))
    spec = {"gatewayClassName": "other", "listeners": [HTTP]}
    env.put(named(GATEWAY_API, "Gateway", "other", NAMESPACE, spec=spec))
    assert env.proxy_service() is None


@pytest.mark.usefixtures("release")
def test_a_listener_is_served_once_its_certificate_exists(env: ClusterEnvironment) -> None:
    _, gateway = env.gateway(listeners=[HTTPS, HTTP])
    assert service_ports(env) == [80]
    assert "listener https: Secret shop-system/gateway-tls does not exist." in env.problem(gateway)
    certificate(env)
    assert service_ports(env) == [443, 80]
    assert env.problem(gateway) == ""


@pytest.mark.usefixtures("release")
def test_a_certificate_in_another_namespace_needs_a_reference_grant(env: ClusterEnvironment) -> None:
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
def test_missing_parameters_are_reported(env: ClusterEnvironment) -> None:
    missing = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "missing"}
    _, gateway = env.gateway(infrastructure={"parametersRef": missing})
    assert "failed to find envoyproxy shop-system/missing" in env.problem(gateway)
    assert env.proxy_service() is None
    spec = {"controllerName": CLASS_CONTROLLER, "parametersRef": {**missing, "namespace": NAMESPACE}}
    class_key = env.put(named(GATEWAY_API, "GatewayClass", "shop", spec=spec))
    assert "InvalidParameters" in env.problem(class_key)


@pytest.mark.usefixtures("release")
def test_a_service_patch_is_applied(env: ClusterEnvironment) -> None:
    env.gateway()
    proxy = env.cluster.get(Key("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", NAMESPACE, "shop"))
    assert proxy is not None
    service = proxy["spec"]["provider"]["kubernetes"]["envoyService"]
    service["patch"] = {"type": "StrategicMerge", "value": {"spec": {"sessionAffinity": "ClientIP"}}}
    env.put(proxy)
    key = env.proxy_service()
    found = env.cluster.get(key) if key else None
    assert found is not None
    assert found["spec"]["sessionAffinity"] == "ClientIP"


@pytest.mark.usefixtures("release")
def test_deleting_a_gateway_releases_its_address(env: ClusterEnvironment) -> None:
    class_key, gateway = env.gateway()
    env.cluster.delete(gateway)
    assert env.proxy_service() is None
    assert env.frontends() == []
    env.cluster.delete(class_key)
    assert env.left_behind() == []


def test_deleting_a_gateway_after_its_controller_orphans_the_service(env: ClusterEnvironment, release: str) -> None:
    class_key, gateway = env.gateway()
    env.uninstall(release)
    assert env.left_behind() == [], "the Gateway still exists and is served"
    env.cluster.delete(gateway)
    (frontend,) = env.frontends()
    service = env.proxy_service()
    assert service is not None
    left = f"{frontend['id']}, made by Service shop-system/{service.name} of cluster {env.aks_name}"
    assert env.left_behind() == [left]
    with pytest.raises(ApiError) as caught:
        env.cluster.delete(class_key)
    assert caught.value.reason is Reason.TIMEOUT
    assert "gateway-exists-finalizer.gateway.networking.k8s.io" in caught.value.message
    assert "depend on the release" in caught.value.remediation
    env.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert env.left_behind() == []
    assert env.frontends() == []


@pytest.mark.usefixtures("release")
def test_a_class_with_gateways_cannot_be_deleted(env: ClusterEnvironment) -> None:
    class_key, gateway = env.gateway()
    with pytest.raises(ApiError, match=r'while gateways\.gateway\.networking\.k8s\.io "shop" exist'):
        env.cluster.delete(class_key)
    env.cluster.delete(gateway)
    env.cluster.delete(class_key)
    assert env.cluster.get(class_key) is None


def test_deleting_a_class_deletes_the_services_that_it_owns(env: ClusterEnvironment, release: str) -> None:
    """The garbage collector does this without Envoy Gateway."""
    class_key, gateway = env.gateway()
    env.uninstall(release)
    env.cluster.delete(gateway)
    env.cluster.apply(named(GATEWAY_API, "GatewayClass", "shop"), "envoy-gateway")  # remove the finalizer manually
    env.cluster.delete(class_key)
    assert env.proxy_service() is None
    assert env.left_behind() == []


@pytest.mark.usefixtures("release")
def test_the_status_of_a_route_names_the_gateways_that_serve_it(env: ClusterEnvironment) -> None:
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
        ("chat.shop.example.com", {"sectionName": "https"}, "NoMatchingParent"),
        ("chat.shop.example.com", {"name": "other"}, "NoMatchingParent"),
    ],
)
def test_a_route_without_a_matching_listener_reports_the_reason(
    env: ClusterEnvironment, host: str, parent: dict[str, str], reason: str
) -> None:
    env.gateway()
    route = env.route(host, parentRefs=[{"name": "shop", **parent}])
    assert reason in env.problem(route)


@pytest.mark.usefixtures("release")
def test_a_route_in_another_namespace_must_be_allowed_by_the_listener(env: ClusterEnvironment) -> None:
    env.put(named("v1", "Namespace", "shop-agents"))
    env.gateway()
    spec = {"parentRefs": [{"name": "shop", "namespace": NAMESPACE}], "hostnames": ["chat.shop.example.com"]}
    route = env.put(named(GATEWAY_API, "HTTPRoute", "chat", "shop-agents", spec=spec))
    assert "NotAllowedByListeners" in env.problem(route)
    ours = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop-agents"]}
    allowed = {"namespaces": {"from": "Selector", "selector": {"matchExpressions": [ours]}}}
    env.gateway(listeners=[{**HTTP, "allowedRoutes": allowed}])
    assert env.problem(route) == ""
