"""Envoy Gateway in a recorded cluster: what a Gateway comes to, and what happens in which order of deletion."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Reason
from simulator_tests.kubernetes.places import CLASS_CONTROLLER, GATEWAY_API, NAMESPACE, Place
from simulator_tests.kubernetes.support import named

CHART = "gateway-helm"
HTTPS = {"name": "https", "protocol": "HTTPS", "port": 443, "tls": {"certificateRefs": [{"name": "gateway-tls"}]}}
HTTP = {"name": "http", "protocol": "HTTP", "port": 80}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.address()
    return made


@pytest.fixture
def release(place: Place) -> str:
    return place.install(CHART, "envoy-gateway")


def certificate(place: Place) -> Key:
    data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
    return place.put(named("v1", "Secret", "gateway-tls", NAMESPACE, type="kubernetes.io/tls", data=data))


def service_ports(place: Place) -> list[int]:
    key = place.proxy_service()
    found = place.cluster.get(key) if key else None
    return [port["port"] for port in found["spec"]["ports"]] if found else []


@pytest.mark.usefixtures("release")
def test_a_gateway_has_a_service_on_the_named_address(place: Place) -> None:
    _, gateway = place.gateway()
    service = place.proxy_service()
    assert service == Key("v1", "Service", NAMESPACE, "envoy-voice-system-voice-4c41fdc4")
    (address,) = place.ingress(service)
    assert place.azure["pip-gateway"]["ipAddress"] == address
    assert place.status(gateway)["addresses"] == [{"type": "IPAddress", "value": address}]
    assert place.cluster.unready() == []


@pytest.mark.usefixtures("release")
def test_names_are_those_that_envoy_gateway_gives(place: Place) -> None:
    """The one of its quick start, `default/eg`."""
    place.gateway()
    spec = {"gatewayClassName": "voice", "listeners": [HTTP]}
    place.put(named(GATEWAY_API, "Gateway", "eg", "default", spec=spec))
    names = {key.name for key in place.cluster.caused() if key.kind == "Service"}
    assert "envoy-default-eg-e41e7b31" in names


def test_without_envoy_gateway_a_gateway_comes_to_nothing(place: Place) -> None:
    place.uninstall(place.install(CHART))  # its definitions stay
    _, gateway = place.gateway()
    assert place.proxy_service() is None
    assert place.status(gateway) == {}
    place.install(CHART)
    assert place.proxy_service() is not None, "it finds what waited for it"


@pytest.mark.usefixtures("release")
def test_a_gateway_of_another_controller_is_left_alone(place: Place) -> None:
    place.put(named(GATEWAY_API, "GatewayClass", "other", spec={"controllerName": "example.com/other"}))
    spec = {"gatewayClassName": "other", "listeners": [HTTP]}
    place.put(named(GATEWAY_API, "Gateway", "other", NAMESPACE, spec=spec))
    assert place.proxy_service() is None


@pytest.mark.usefixtures("release")
def test_a_listener_without_its_certificate_is_not_served_until_it_comes(place: Place) -> None:
    _, gateway = place.gateway(listeners=[HTTPS, HTTP])
    assert service_ports(place) == [80]
    assert "listener https: Secret voice-system/gateway-tls does not exist." in place.problem(gateway)
    certificate(place)
    assert service_ports(place) == [443, 80]
    assert place.problem(gateway) == ""


@pytest.mark.usefixtures("release")
def test_a_certificate_of_another_namespace_needs_a_grant(place: Place) -> None:
    data = {"tls.crt": "YQ==", "tls.key": "YQ=="}
    place.put(named("v1", "Secret", "tls", "default", type="kubernetes.io/tls", data=data))
    listener = {**HTTPS, "tls": {"certificateRefs": [{"name": "tls", "namespace": "default"}]}}
    _, gateway = place.gateway(listeners=[listener])
    assert "not permitted by any ReferenceGrant" in place.problem(gateway)
    who = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": NAMESPACE}
    spec = {"from": [who], "to": [{"group": "", "kind": "Secret"}]}
    place.put(named(GATEWAY_API, "ReferenceGrant", "gateway", "default", spec=spec))
    assert place.problem(gateway) == ""


@pytest.mark.usefixtures("release")
def test_parameters_that_are_not_there_are_told(place: Place) -> None:
    missing = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "missing"}
    _, gateway = place.gateway(infrastructure={"parametersRef": missing})
    assert "failed to find envoyproxy voice-system/missing" in place.problem(gateway)
    assert place.proxy_service() is None
    spec = {"controllerName": CLASS_CONTROLLER, "parametersRef": {**missing, "namespace": NAMESPACE}}
    of_class = place.put(named(GATEWAY_API, "GatewayClass", "voice", spec=spec))
    assert "InvalidParameters" in place.problem(of_class)


@pytest.mark.usefixtures("release")
def test_a_patch_of_the_service_is_laid_over_it(place: Place) -> None:
    place.gateway()
    proxy = place.cluster.get(Key("gateway.envoyproxy.io/v1alpha1", "EnvoyProxy", NAMESPACE, "voice"))
    assert proxy is not None
    service = proxy["spec"]["provider"]["kubernetes"]["envoyService"]
    service["patch"] = {"type": "StrategicMerge", "value": {"spec": {"sessionAffinity": "ClientIP"}}}
    place.put(proxy)
    key = place.proxy_service()
    found = place.cluster.get(key) if key else None
    assert found is not None
    assert found["spec"]["sessionAffinity"] == "ClientIP"


@pytest.mark.usefixtures("release")
def test_a_gateway_that_is_deleted_gives_its_address_back(place: Place) -> None:
    of_class, gateway = place.gateway()
    place.cluster.delete(gateway)
    assert place.proxy_service() is None
    assert place.frontends() == []
    place.cluster.delete(of_class)
    assert place.left_behind() == []


def test_a_gateway_that_is_deleted_after_its_controller_leaves_the_service_behind(place: Place, release: str) -> None:
    of_class, gateway = place.gateway()
    place.uninstall(release)
    assert place.left_behind() == [], "the Gateway is still there, and served"
    place.cluster.delete(gateway)
    (frontend,) = place.frontends()
    service = place.proxy_service()
    assert service is not None
    left = f"{frontend['id']}, made by Service voice-system/{service.name} of cluster aks-shop"
    assert place.left_behind() == [left]
    with pytest.raises(ApiError) as caught:
        place.cluster.delete(of_class)
    assert caught.value.reason is Reason.TIMEOUT
    assert "gateway-exists-finalizer.gateway.networking.k8s.io" in caught.value.message
    assert "depend on that release" in caught.value.way_out
    place.cluster.delete(Key("v1", "Namespace", "", NAMESPACE))
    assert place.left_behind() == []
    assert place.frontends() == []


@pytest.mark.usefixtures("release")
def test_a_class_stays_while_it_has_gateways(place: Place) -> None:
    of_class, gateway = place.gateway()
    with pytest.raises(ApiError, match=r'while gateways\.gateway\.networking\.k8s\.io "voice" exist'):
        place.cluster.delete(of_class)
    place.cluster.delete(gateway)
    place.cluster.delete(of_class)
    assert place.cluster.get(of_class) is None


def test_what_a_class_owns_goes_with_it(place: Place, release: str) -> None:
    """Its Service belongs to the class: the garbage collector needs no Envoy Gateway for it."""
    of_class, gateway = place.gateway()
    place.uninstall(release)
    place.cluster.delete(gateway)
    place.cluster.apply(named(GATEWAY_API, "GatewayClass", "voice"), "envoy-gateway")  # a person takes the finalizer
    place.cluster.delete(of_class)
    assert place.proxy_service() is None
    assert place.left_behind() == []


@pytest.mark.usefixtures("release")
def test_a_route_is_told_at_which_gateways_it_is_served(place: Place) -> None:
    place.gateway()
    route = place.route()
    (parent,) = place.status(route)["parents"]
    assert parent["conditions"][0]["status"] == "True"
    assert place.problem(route) == ""


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
    place: Place, host: str, parent: dict[str, str], reason: str
) -> None:
    place.gateway()
    route = place.route(host, parentRefs=[{"name": "voice", **parent}])
    assert reason in place.problem(route)


@pytest.mark.usefixtures("release")
def test_a_route_of_another_namespace_must_be_let_in(place: Place) -> None:
    place.put(named("v1", "Namespace", "voice-agents"))
    place.gateway()
    spec = {"parentRefs": [{"name": "voice", "namespace": NAMESPACE}], "hostnames": ["chat.voice.example.com"]}
    route = place.put(named(GATEWAY_API, "HTTPRoute", "chat", "voice-agents", spec=spec))
    assert "NotAllowedByListeners" in place.problem(route)
    ours = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["voice-agents"]}
    allowed = {"namespaces": {"from": "Selector", "selector": {"matchExpressions": [ours]}}}
    place.gateway(listeners=[{**HTTP, "allowedRoutes": allowed}])
    assert place.problem(route) == ""
