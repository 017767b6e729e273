"""The Gateway API: which listeners are ready, and which routes attach to which listeners.

Follows sigs.k8s.io/gateway-api v1, as far as it determines addresses and host names: backends, filters and policies are
ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

GROUP: Final = "gateway.networking.k8s.io"
_WILDCARD: Final = "*."
_WITH_CERTIFICATES: Final = ("HTTPS", "TLS")


@dataclass(frozen=True)
class Attachment:
    """The result for one parent of a route: the hosts that the Gateway serves, or the reason why it serves none."""

    parent: Object
    gateway: Object | None
    hosts: tuple[str, ...] = ()
    reason: str = ""


def listener_problem(context: ReconcileContext, gateway: Object, listener: Object) -> str:
    """Why a listener is not ready: a missing certificate. Empty when it is ready."""
    tls = listener.get("tls") or {}
    if listener["protocol"] not in _WITH_CERTIFICATES or tls.get("mode", "Terminate") != "Terminate":
        return ""
    namespace = gateway["metadata"]["namespace"]
    for reference in tls.get("certificateRefs") or []:
        where, name = reference.get("namespace", namespace), reference["name"]
        if where != namespace and not _is_granted(context, "Gateway", namespace, "Secret", where, name):
            return f"Certificate ref to secret {where}/{name} not permitted by any ReferenceGrant."
        if context.find("", "Secret", where, name) is None:
            return f"Secret {where}/{name} does not exist."
    return ""


def attachments(context: ReconcileContext, route: Object) -> Iterator[Attachment]:
    """Each Gateway that a route names as its parent, with the hosts that it serves there."""
    for parent in route["spec"].get("parentRefs") or []:
        if parent.get("kind", "Gateway") != "Gateway" or parent.get("group", GROUP) != GROUP:
            continue
        namespace = parent.get("namespace", route["metadata"]["namespace"])
        gateway = context.find(GROUP, "Gateway", namespace, parent["name"])
        if gateway is None:
            yield Attachment(parent, None, reason="NoMatchingParent")
            continue
        yield _attachment(context, route, parent, gateway)


def _attachment(context: ReconcileContext, route: Object, parent: Object, gateway: Object) -> Attachment:
    named = [
        listener
        for listener in gateway["spec"]["listeners"]
        if parent.get("sectionName", listener["name"]) == listener["name"]
        and parent.get("port", listener["port"]) == listener["port"]
    ]
    if not named:
        return Attachment(parent, gateway, reason="NoMatchingParent")
    allowed = [listener for listener in named if _is_allowed(context, route, gateway, listener)]
    if not allowed:
        return Attachment(parent, gateway, reason="NotAllowedByListeners")
    hosts: dict[str, None] = {}
    for listener in allowed:
        hosts |= dict.fromkeys(_shared_hosts(route["spec"].get("hostnames") or [], listener.get("hostname", "")))
    if not hosts:
        return Attachment(parent, gateway, reason="NoMatchingListenerHostname")
    return Attachment(parent, gateway, tuple(hosts))


def _is_allowed(context: ReconcileContext, route: Object, gateway: Object, listener: Object) -> bool:
    allowed_routes = listener.get("allowedRoutes") or {}
    kinds = [item["kind"] for item in allowed_routes.get("kinds") or []]
    if kinds and route["kind"] not in kinds:
        return False
    namespaces = allowed_routes.get("namespaces") or {}
    origin = namespaces.get("from", "Same")
    namespace = route["metadata"]["namespace"]
    if origin == "Selector":
        found = context.find("", "Namespace", "", namespace)
        labels = {"kubernetes.io/metadata.name": namespace}
        labels |= (found["metadata"].get("labels") or {}) if found else {}
        return matches_labels(namespaces.get("selector") or {}, labels)
    return origin == "All" or (origin == "Same" and namespace == gateway["metadata"]["namespace"])


def matches_labels(selector: Object, labels: dict[str, Any]) -> bool:
    """Whether a label selector matches these labels."""
    if any(labels.get(name) != value for name, value in (selector.get("matchLabels") or {}).items()):
        return False
    operators = {
        "In": lambda value, values: value in values,
        "NotIn": lambda value, values: value not in values,
        "Exists": lambda value, _: value is not None,
        "DoesNotExist": lambda value, _: value is None,
    }
    return all(
        operators[item["operator"]](labels.get(item["key"]), item.get("values") or [])
        for item in selector.get("matchExpressions") or []
    )


def _shared_hosts(hosts: list[str], listener_host: str) -> Iterator[str]:
    """The hosts of a route that a listener serves; a route without hosts takes the listener's."""
    if not hosts:
        yield listener_host
    for host in hosts:
        if not listener_host or host == listener_host or _covers(listener_host, host):
            yield host
        elif _covers(host, listener_host):
            yield listener_host


def _covers(wildcard: str, host: str) -> bool:
    return wildcard.startswith(_WILDCARD) and host.endswith(wildcard.removeprefix("*"))


def _is_granted(
    context: ReconcileContext, kind: str, namespace: str, to_kind: str, to_namespace: str, name: str
) -> bool:
    for grant in context.objects(GROUP, "ReferenceGrant"):
        if grant["metadata"]["namespace"] != to_namespace:
            continue
        sources = grant["spec"]["from"]
        targets = grant["spec"]["to"]
        from_matches = any(item["kind"] == kind and item["namespace"] == namespace for item in sources)
        if from_matches and any(item["kind"] == to_kind and item.get("name", name) == name for item in targets):
            return True
    return False
