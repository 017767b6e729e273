"""HTTP routes of the Gateway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from model.gateway import AUTOMATIC_RECORD, GATEWAY_NAME, GATEWAY_NAMESPACE, ServedRoute, served_routes
from model.host_names import HostNames
from settings.schema.gateway import GatewaySettings, RateLimit

HTTPS_LISTENER: Final = "https"
HTTP_LISTENER: Final = "http"
MOVED_PERMANENTLY: Final = 301
REDIRECT: Final = "http-to-https"

_GATEWAY_API: Final = "gateway.networking.k8s.io/v1"


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """Args of `Routes`. The routes attach to `gateway`."""

    namespaces: Mapping[str, pulumi.Input[str]]
    settings: GatewaySettings
    hosts: HostNames
    gateway: pulumi.Resource


class Routes(pulumi.ComponentResource):
    """The routes from hosts and paths to Services, and the redirect from HTTP to HTTPS.

    Owns an HTTPRoute for each route, in the namespace of its Service, and a policy for each route that differs from
    the Gateway's defaults. Does not own the Services: the Gateway answers 500 for a missing one.
    """

    def __init__(self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Routes", name, None, opts)
        self._name, self._args = name, args
        self._redirect()
        for route in served_routes(args.settings, args.hosts):
            self._route(route)
        self.register_outputs({})

    def _http_route(
        self, short: str, namespace: str, spec: Mapping[str, Any], labels: Mapping[str, str] | None = None
    ) -> kubernetes.apiextensions.CustomResource:
        return custom_resource(
            f"{self._name}-{short}",
            _GATEWAY_API,
            "HTTPRoute",
            kubernetes.meta.v1.ObjectMetaArgs(name=short, namespace=self._args.namespaces[namespace], labels=labels),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=[self._args.gateway]),
        )

    def _redirect(self) -> None:
        """Redirects browsers; the Gateway serves nothing without TLS."""
        redirect = {"scheme": "https", "statusCode": MOVED_PERMANENTLY}
        spec = {
            "parentRefs": [_parent(HTTP_LISTENER)],
            "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": redirect}]}],
        }
        self._http_route(REDIRECT, GATEWAY_NAMESPACE, spec)

    def _route(self, route: ServedRoute) -> None:
        spec = {
            "parentRefs": [_parent(HTTPS_LISTENER)],
            "hostnames": list(route.hosts),
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": route.path}}],
                    "backendRefs": [{"name": route.service, "port": route.port}],
                }
            ],
        }
        labels = dict([AUTOMATIC_RECORD]) if route.automatic_record else None
        http_route = self._http_route(route.name, route.namespace, spec, labels)
        differences = self._differences(route)
        if differences:
            self._policy(route, differences, after=http_route)

    def _differences(self, route: ServedRoute) -> dict[str, Any]:
        """The settings of this route that differ from the Gateway's defaults."""
        found: dict[str, Any] = {}
        if route.web_socket:
            # No limit on the response time; the connection may be idle for this long.
            silence = f"{self._args.settings.web_socket_seconds}s"
            found["timeout"] = {"http": {"requestTimeout": "0s", "streamIdleTimeout": silence}}
        if route.rate_limit is not None:
            found["rateLimit"] = {"local": {"rules": [{"limit": _limit(route.rate_limit)}]}}
        return found

    def _policy(self, route: ServedRoute, differences: Mapping[str, Any], after: pulumi.Resource) -> None:
        target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route.name}
        custom_resource(
            f"{self._name}-{route.name}-policy",
            "gateway.envoyproxy.io/v1alpha1",
            "BackendTrafficPolicy",
            kubernetes.meta.v1.ObjectMetaArgs(name=route.name, namespace=self._args.namespaces[route.namespace]),
            {"targetRefs": [target], "mergeType": "StrategicMerge", **differences},
            pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )


def _parent(listener: str) -> dict[str, str]:
    return {"name": GATEWAY_NAME, "namespace": GATEWAY_NAMESPACE, "sectionName": listener}


def _limit(rate_limit: RateLimit) -> dict[str, Any]:
    return {"requests": rate_limit.requests, "unit": rate_limit.unit}
