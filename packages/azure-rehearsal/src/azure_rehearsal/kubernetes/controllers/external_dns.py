"""external-dns: DNS records in public zones for the hosts of routes and Services.

Its release's values configure it. Follows the chart's templates, and `source/gateway_httproute.go` and
`source/service.go` of kubernetes-sigs/external-dns. Supports the provider Azure and the sources `gateway-httproute` and
`service`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from azure_rehearsal.kubernetes.cloud_controller_api import DEFAULT_TTL, Endpoint, ExternalDnsOptions, PodIdentity
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.controllers.gateway_api import GROUP, attachments
from azure_rehearsal.kubernetes.controllers.installed_releases import Release, value_at
from azure_rehearsal.kubernetes.controllers.label_selectors import matches
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

CONTROLLER: Final = "external-dns"
WATCHES: Final = (("", "Secret"), ("", "Service"), (GROUP, "Gateway"), (GROUP, "HTTPRoute"), ("", "ServiceAccount"))
CONFIG: Final = "azure.json"
_ANNOTATION: Final = "external-dns.alpha.kubernetes.io/"
_DEFAULT_OWNER: Final = "default"
_DEFAULT_SOURCES: Final = ("service", "ingress")
_IDENTITY: Final = "azure.workload.identity"
_DURATION: Final = re.compile(r"(\d+)([hms])")
_UNITS: Final = {"h": 3600, "m": 60, "s": 1}


def reconcile(context: ReconcileContext) -> None:
    """Reconciles the records of each installed external-dns."""
    for release in context.releases_running(CONTROLLER):
        provider = release.value("provider", {})
        if (provider if isinstance(provider, str) else provider.get("name")) != "azure":
            continue
        config = _config(context, release)
        if config is None:
            problems = [f"failed to read Azure config file '/etc/kubernetes/{CONFIG}': no such file or directory"]
        else:
            options = _options(context, release, config)
            endpoints = [item for item in _endpoints(context, release) if item.host]
            problems = context.azure.sync_records(context.cluster_id, options, endpoints)
        context.report(release.key, CONTROLLER, "RecordsNotKept", "; ".join(problems))


def _options(context: ReconcileContext, release: Release, config: Mapping[str, Any]) -> ExternalDnsOptions:
    group = _option(release, "azure-resource-group") or config.get("resourceGroup", "")
    return ExternalDnsOptions(
        identity=_pod_identity(context, release),
        resource_group=group,
        owner=release.value("txtOwnerId", _DEFAULT_OWNER),
        filters=tuple(release.value("domainFilters", ())),
        excluded=tuple(release.value("excludeDomains", ())),
        prefix=release.value("txtPrefix", ""),
        suffix=release.value("txtSuffix", ""),
        ttl=_seconds(_option(release, "min-ttl")) or DEFAULT_TTL,
        deletes=release.value("policy") == "sync",
    )


def _pod_identity(context: ReconcileContext, release: Release) -> PodIdentity:
    """The identity of its pods. Pods without the label get no token, whatever the ServiceAccount's annotations are."""
    account = release.value("serviceAccount.name", release.fullname())
    annotations = release.value("serviceAccount.annotations", {})
    if release.value("serviceAccount.create") is False:
        found = context.find("", "ServiceAccount", release.namespace, account)
        annotations = (found["metadata"].get("annotations") or {}) if found else {}
    has_identity_label = str(release.value("podLabels", {}).get(f"{_IDENTITY}/use")).lower() == "true"
    client_id = annotations.get(f"{_IDENTITY}/client-id", "") if has_identity_label else ""
    return PodIdentity(client_id, f"system:serviceaccount:{release.namespace}:{account}")


def _config(context: ReconcileContext, release: Release) -> Mapping[str, Any] | None:
    """`azure.json` from the chart's own Secret or from a mounted Secret or ConfigMap; `None` when there is none."""
    text = (release.value("secretConfiguration.data") or {}).get(CONFIG)
    for volume in [] if text else release.value("extraVolumes", []):
        name = value_at(volume, "secret.secretName") or ""
        secret = context.find("", "Secret", release.namespace, name)
        encoded = (secret.get("data") or {}).get(CONFIG) if secret else None
        text_value = (secret.get("stringData") or {}).get(CONFIG) if secret else None
        text = text or text_value or (base64.b64decode(encoded).decode() if encoded else None)
        name = value_at(volume, "configMap.name") or ""
        config_map = context.find("", "ConfigMap", release.namespace, name)
        text = text or ((config_map.get("data") or {}).get(CONFIG) if config_map else None)
    return json.loads(text) if text else None


def _endpoints(context: ReconcileContext, release: Release) -> Iterator[Endpoint]:
    sources = release.value("sources", _DEFAULT_SOURCES)
    if "gateway-httproute" in sources:
        for route in context.objects(GROUP, "HTTPRoute"):
            if _is_watched(release, route):
                yield from _route_endpoints(context, release, route)
    if "service" in sources:
        for service in context.objects("", "Service"):
            if _is_watched(release, service):
                yield from _service_endpoints(context, service)


def _route_endpoints(context: ReconcileContext, release: Release, route: Object) -> Iterator[Endpoint]:
    key = Key.of(route)
    for attachment in attachments(context, route):
        gateway = attachment.gateway
        if gateway is None or attachment.reason or not _is_watched_gateway(release, gateway):
            continue
        override = _annotation(gateway, "target")
        addresses = [item["value"] for item in value_at(gateway, "status.addresses") or []]
        targets = tuple(override.split(",")) if override else tuple(addresses)
        for host in [*attachment.hosts, *filter(None, _annotation(route, "hostname").split(","))]:
            if targets:
                resource = f"httproute/{key.namespace}/{key.name}"
                yield Endpoint(host, targets, resource, context.cause(key))


def _service_endpoints(context: ReconcileContext, service: Object) -> Iterator[Endpoint]:
    key = Key.of(service)
    targets = tuple(item["ip"] for item in value_at(service, "status.loadBalancer.ingress") or [])
    for host in filter(None, _annotation(service, "hostname").split(",")):
        if targets:
            yield Endpoint(host.strip(), targets, f"service/{key.namespace}/{key.name}", context.cause(key))


def _is_watched(release: Release, item: Object) -> bool:
    metadata = item["metadata"]
    if _annotation(item, "controller") not in ("", "dns-controller"):
        return False
    if release.value("namespaced") and metadata["namespace"] != release.value("sourceNamespace", release.namespace):
        return False
    return matches(release.value("labelFilter", ""), metadata.get("labels") or {}) and matches(
        release.value("annotationFilter", ""), metadata.get("annotations") or {}
    )


def _is_watched_gateway(release: Release, gateway: Object) -> bool:
    metadata = gateway["metadata"]
    namespace = release.value("gatewayNamespace") or _option(release, "gateway-namespace")
    name = _option(release, "gateway-name")
    if namespace not in (None, "", metadata["namespace"]) or name not in ("", metadata["name"]):
        return False
    return matches(_option(release, "gateway-label-filter"), metadata.get("labels") or {})


def _seconds(duration: str) -> int:
    """A Go duration (`300s`, `1h30m`) in seconds; 0 when empty."""
    return sum(int(number) * _UNITS[unit] for number, unit in _DURATION.findall(duration))


def _annotation(item: Object, name: str) -> str:
    return (item["metadata"].get("annotations") or {}).get(f"{_ANNOTATION}{name}", "")


def _option(release: Release, name: str) -> str:
    """A command-line option from `extraArgs`, which is a map or a list; empty when it is not set."""
    given = release.value("extraArgs", {})
    if isinstance(given, Mapping):
        return str(given.get(name, ""))
    prefix = f"--{name}="
    return next((text.removeprefix(prefix) for text in given if text.startswith(prefix)), "")
