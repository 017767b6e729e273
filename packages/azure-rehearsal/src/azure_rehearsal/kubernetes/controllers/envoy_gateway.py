"""Envoy Gateway: the Service in front of the proxies of each Gateway, and the status of classes, Gateways and routes.

Follows `internal/infrastructure/kubernetes/proxy`, `internal/provider/kubernetes` and `internal/gatewayapi` of
envoyproxy/gateway v1.9. Its Deployment, ServiceAccount and ConfigMap are not created, because nothing depends on them
here. The GatewayClass owns the Service (the Gateway does, where proxies run in its namespace), so the garbage collector
deletes it even when Envoy Gateway is uninstalled.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.controllers.garbage_collector import finalizer_patch
from azure_rehearsal.kubernetes.controllers.gateway_api import GROUP, attachments, listener_problem
from azure_rehearsal.kubernetes.controllers.installed_releases import Release, value_at
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext, condition

CONTROLLER: Final = "envoy-gateway"
WATCHES: Final = (
    ("", "Secret"),
    ("", "Service"),
    ("", "Namespace"),
    (GROUP, "GatewayClass"),
    (GROUP, "Gateway"),
    (GROUP, "HTTPRoute"),
    (GROUP, "ReferenceGrant"),
    ("gateway.envoyproxy.io", "EnvoyProxy"),
)
CONTROLLER_NAME: Final = "gateway.envoyproxy.io/gatewayclass-controller"
FINALIZER: Final = "gateway-exists-finalizer.gateway.networking.k8s.io"
_NAME_VALUE: Final = "config.envoyGateway.gateway.controllerName"
_DEPLOY_VALUE: Final = "config.envoyGateway.provider.kubernetes.deploy.type"
_MAX_NAME_LENGTH: Final = 48
_FIRST_PORT: Final = 1024
_PORT_SHIFT: Final = 10000
"""An unprivileged proxy listens on shifted ports in place of the low ports of its Service."""
_UDP: Final = "UDP"


class _Invalid(Exception):
    """Why a class or Gateway is not accepted."""


def reconcile(context: ReconcileContext) -> None:
    """Reconciles the classes, Gateways and routes of every installed Envoy Gateway."""
    for release in context.releases_running(CONTROLLER):
        wanted: set[Key] = set()
        name = release.value(_NAME_VALUE, CONTROLLER_NAME)
        for gateway_class in context.objects(GROUP, "GatewayClass"):
            if gateway_class["spec"]["controllerName"] == name:
                wanted |= _reconcile_class(context, release, gateway_class)
        for key, cause in context.causes().items():
            if key.kind == "Service" and cause.kind == "Gateway" and key not in wanted:
                context.delete(key)
        for route in context.objects(GROUP, "HTTPRoute"):
            _reconcile_route(context, route, name)


def service_name(gateway: Object, parameters: Object) -> str:
    """The name of a Gateway's Service: configured, or built from namespace and name with a digest of both."""
    given = value_at(parameters, "spec.provider.kubernetes.envoyService.name")
    if given:
        return given
    full = f"{gateway['metadata']['namespace']}/{gateway['metadata']['name']}"
    readable = full.replace("/", "-")[:_MAX_NAME_LENGTH].removesuffix("-")
    return f"envoy-{readable}-{hashlib.sha256(full.encode()).hexdigest()[:8]}"


def _reconcile_class(context: ReconcileContext, release: Release, gateway_class: Object) -> set[Key]:
    """Reconciles a class and its Gateways; returns their Services."""
    key = Key.of(gateway_class)
    gateways = [item for item in context.objects(GROUP, "Gateway") if _class_of(item) == key.name]
    context.apply(finalizer_patch(gateway_class, [FINALIZER] if gateways else []), CONTROLLER)
    try:
        parameters = _parameters(context, gateway_class["spec"].get("parametersRef"), "")
    except _Invalid as reason:
        context.set_status(key, {"conditions": [condition("Accepted", False, "InvalidParameters", str(reason))]})
        context.warn(key, CONTROLLER, "InvalidParameters", str(reason))
        return _services_of(context, gateways)
    context.set_status(key, {"conditions": [condition("Accepted", True, "Accepted", "Valid GatewayClass")]})
    context.clear_warning(key, CONTROLLER)
    return {
        service
        for gateway in gateways
        for service in _reconcile_gateway(context, release, gateway_class, gateway, parameters)
    }


def _reconcile_gateway(
    context: ReconcileContext, release: Release, gateway_class: Object, gateway: Object, parameters: Object
) -> set[Key]:
    key = Key.of(gateway)
    problems = {item["name"]: listener_problem(context, gateway, item) for item in gateway["spec"]["listeners"]}
    ready_listeners = [item for item in gateway["spec"]["listeners"] if not problems[item["name"]]]
    try:
        reference = value_at(gateway, "spec.infrastructure.parametersRef")
        parameters = _parameters(context, reference, key.namespace) or parameters
        services = _services_of(context, [gateway])
        if ready_listeners:
            item = _service(release, gateway_class, gateway, parameters, ready_listeners)
            services = {context.apply(item, CONTROLLER, key)}
        problem = "; ".join(f"listener {name}: {reason}" for name, reason in problems.items() if reason)
    except (_Invalid, ApiError) as reason:
        services, problem = _services_of(context, [gateway]), str(reason)
    context.report(key, CONTROLLER, "Invalid", problem)
    context.set_status(key, _gateway_status(context, gateway, services, problem))
    return services


def _gateway_status(context: ReconcileContext, gateway: Object, services: set[Key], problem: str) -> Object:
    addresses = [item["value"] for item in gateway["spec"].get("addresses") or []]
    for service in services:
        found = context.get(service) or {}
        addresses = addresses or [item["ip"] for item in value_at(found, "status.loadBalancer.ingress") or []]
    accepted = condition("Accepted", not problem, "Invalid" if problem else "Accepted", problem)
    programmed = condition("Programmed", bool(addresses), "Programmed" if addresses else "AddressNotAssigned")
    status_addresses = [{"type": "IPAddress", "value": address} for address in addresses]
    return {"addresses": status_addresses, "conditions": [accepted, programmed]}


def _service(
    release: Release, gateway_class: Object, gateway: Object, parameters: Object, listeners: list[Object]
) -> Object:
    in_gateway_namespace = release.value(_DEPLOY_VALUE) == "GatewayNamespace"
    service_settings: Mapping[str, Any] = value_at(parameters, "spec.provider.kubernetes.envoyService") or {}
    infrastructure = gateway["spec"].get("infrastructure") or {}
    metadata = gateway["metadata"]
    labels = {
        "app.kubernetes.io/component": "proxy",
        "app.kubernetes.io/managed-by": CONTROLLER,
        "app.kubernetes.io/name": "envoy",
        "gateway.envoyproxy.io/owning-gateway-name": metadata["name"],
        "gateway.envoyproxy.io/owning-gateway-namespace": metadata["namespace"],
    }
    type = service_settings.get("type", "LoadBalancer")
    spec: Object = {"type": type, "selector": labels, "ports": _ports(listeners)}
    if type != "ClusterIP":
        spec["externalTrafficPolicy"] = service_settings.get("externalTrafficPolicy", "Local")
        given = ("loadBalancerClass", "allocateLoadBalancerNodePorts", "loadBalancerSourceRanges", "loadBalancerIP")
        spec |= {name: service_settings[name] for name in given if name in service_settings}
        if addresses := [item["value"] for item in gateway["spec"].get("addresses") or []]:
            spec["externalIPs"] = addresses
    owner = gateway if in_gateway_namespace else gateway_class
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"]}
    reference |= {field: owner["metadata"][field] for field in ("name", "uid")}
    name = (
        metadata["name"]
        if in_gateway_namespace and not service_settings.get("name")
        else service_name(gateway, parameters)
    )
    item: Object = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"] if in_gateway_namespace else release.namespace,
            "labels": {**(infrastructure.get("labels") or {}), **labels, **(service_settings.get("labels") or {})},
            "annotations": {**(infrastructure.get("annotations") or {}), **(service_settings.get("annotations") or {})},
            "ownerReferences": [reference],
        },
        "spec": spec,
    }
    return _merged(item, (service_settings.get("patch") or {}).get("value") or {})


def _ports(listeners: list[Object]) -> list[Object]:
    found: dict[tuple[str, int], Object] = {}
    for listener in listeners:
        protocol, port = _UDP if listener["protocol"] == _UDP else "TCP", listener["port"]
        target = port if port >= _FIRST_PORT else port + _PORT_SHIFT
        name = f"{listener['protocol'].lower()}-{port}"
        found.setdefault((protocol, port), {"name": name, "protocol": protocol, "port": port, "targetPort": target})
    return list(found.values())


def _parameters(context: ReconcileContext, reference: Any, namespace: str) -> Object:
    """The EnvoyProxy that a class or Gateway refers to; empty without a reference. Raises `_Invalid`."""
    if not reference:
        return {}
    where = reference.get("namespace", namespace)
    found = context.find(reference["group"], reference["kind"], where, reference["name"])
    if found is None:
        raise _Invalid(f"failed to find {reference['kind'].lower()} {where}/{reference['name']}: not found")
    if value_at(found, "spec.mergeGateways"):
        raise _Invalid("mergeGateways is not supported in the rehearsal: use one Service for each Gateway")
    return found


def _reconcile_route(context: ReconcileContext, route: Object, controller_name: str) -> None:
    """Sets the status of a route: the Gateways that serve it."""
    key, parents, problems = Key.of(route), [], []
    for attachment in attachments(context, route):
        accepted = not attachment.reason
        state = condition("Accepted", accepted, attachment.reason or "Accepted")
        parents.append({"parentRef": attachment.parent, "controllerName": controller_name, "conditions": [state]})
        if not accepted:
            problems.append(f"{attachment.parent['name']}: {attachment.reason}")
    context.set_status(key, {"parents": parents})
    context.report(key, CONTROLLER, "NotAccepted", "; ".join(problems))


def _services_of(context: ReconcileContext, gateways: list[Object]) -> set[Key]:
    """The existing Services of Gateways that cannot be reconciled now; they are kept."""
    keys = {Key.of(item) for item in gateways}
    return {key for key, cause in context.causes().items() if key.kind == "Service" and cause in keys}


def _class_of(gateway: Object) -> str:
    return gateway["spec"]["gatewayClassName"]


def _merged(item: Object, patch: Object) -> Object:
    """Applies a JSON merge patch to an object."""
    result = copy.deepcopy(item)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = _merged(result[name], value)
        else:
            result[name] = value
    return result
