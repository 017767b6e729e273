"""The HTTP entrance of a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.envoy_proxy import envoy_proxy_spec
from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from components.platform_services.routes import HTTP_LISTENER, HTTPS_LISTENER, Routes, RoutesArgs
from components.scope import Scope
from model import ports
from model.address_plan import AddressPlan, Subnet
from model.charts import ENVOY_GATEWAY
from model.gateway import (
    CONNECT_SECONDS,
    GATEWAY_NAME,
    GATEWAY_NAMESPACE,
    HEADER_SECONDS,
    HEALTH_PATH,
    KEEPALIVE_SECONDS,
    ROUTE_NAMESPACES,
)
from model.host_names import HostNames
from model.public_addresses import PublicAddress
from model.tls_certificates import GATEWAY_CERTIFICATE
from settings.schema.gateway import GatewaySettings

GATEWAY_API: Final = "gateway.networking.k8s.io/v1"
ENVOY_API: Final = "gateway.envoyproxy.io/v1alpha1"
ENVOY_GROUP: Final = "gateway.envoyproxy.io"
CONTROLLER: Final = f"{ENVOY_GROUP}/gatewayclass-controller"
RELEASE: Final = "envoy-gateway"
REPLICAS: Final = 2
OLDEST_TLS: Final = "1.2"
KEEPALIVE_PROBES: Final = 3
KEEPALIVE_INTERVAL_SECONDS: Final = 15


@dataclass(frozen=True, kw_only=True)
class GatewayArgs:
    """Args of `Gateway`. `plan` has the private address of an internal Gateway; a public one uses the region's address
    by name. Nodes pull Envoy from `image_registry`.
    """

    namespaces: Mapping[str, pulumi.Input[str]]
    settings: GatewaySettings
    hosts: HostNames
    plan: AddressPlan
    image_registry: str


class Gateway(pulumi.ComponentResource):
    """The HTTP entrance: it terminates HTTPS and WSS and routes requests to Services.

    Owns Envoy Gateway, the Gateway with its listeners and limits, and composes the routes. Does not own its address
    (`Network` does), its DNS names, its certificate, nor its load balancer: Azure creates that from the Service of
    Envoy Gateway.

    Plain HTTP is redirected to HTTPS. Services see the client's address.
    """

    def __init__(self, name: str, scope: Scope, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Gateway", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        self._namespace = args.namespaces[GATEWAY_NAMESPACE]
        self._release = third_party_release(
            f"{name}-release",
            ENVOY_GATEWAY,
            release_name=RELEASE,
            namespace=self._namespace,
            values=_values(args.image_registry),
            opts=pulumi.ResourceOptions(parent=self),
        )
        gateway = self._gateway(self._class(), self._proxy())
        self._client_policy(gateway)
        self._backend_policy(gateway)
        Routes(
            f"{name}-routes",
            RoutesArgs(namespaces=args.namespaces, settings=args.settings, hosts=args.hosts, gateway=gateway),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

    def _object(
        self, short: str, api_version: str, kind: str, spec: Mapping[str, Any], after: list[pulumi.Resource]
    ) -> pulumi.Resource:
        namespace = None if kind == "GatewayClass" else self._namespace
        return custom_resource(
            f"{self._name}-{short}",
            api_version,
            kind,
            kubernetes.meta.v1.ObjectMetaArgs(name=GATEWAY_NAME, namespace=namespace),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=after),
        )

    def _class(self) -> pulumi.Resource:
        return self._object("class", GATEWAY_API, "GatewayClass", {"controllerName": CONTROLLER}, [self._release])

    def _proxy(self) -> pulumi.Resource:
        spec = envoy_proxy_spec(self._args.settings, self._service_annotations(), self._args.image_registry)
        return self._object("proxy", ENVOY_API, "EnvoyProxy", spec, [self._release])

    def _service_annotations(self) -> dict[str, str]:
        """Annotations that select the address of Azure's load balancer."""
        args, names, prefix = self._args, self._scope.names, "service.beta.kubernetes.io/azure"
        if args.settings.exposure == "internal":
            return {
                f"{prefix}-load-balancer-internal": "true",
                f"{prefix}-load-balancer-internal-subnet": names.subnet(Subnet.LOAD_BALANCERS),
                f"{prefix}-load-balancer-ipv4": args.plan.gateway_address,
            }
        return {
            f"{prefix}-pip-name": names.public_address(PublicAddress.GATEWAY),
            f"{prefix}-load-balancer-resource-group": names.resource_group,
        }

    def _gateway(self, gateway_class: pulumi.Resource, proxy: pulumi.Resource) -> pulumi.Resource:
        """Both listeners accept only names of the environment, at any depth; other names get no TLS handshake."""
        hostname = f"*.{self._args.hosts.zone}"
        routes = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}
        ours = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(ROUTE_NAMESPACES)}
        spec = {
            "gatewayClassName": GATEWAY_NAME,
            "infrastructure": {"parametersRef": {"group": ENVOY_GROUP, "kind": "EnvoyProxy", "name": GATEWAY_NAME}},
            "listeners": [
                {
                    "name": HTTPS_LISTENER,
                    "protocol": "HTTPS",
                    "port": ports.HTTPS.first,
                    "hostname": hostname,
                    "tls": {
                        "mode": "Terminate",
                        "certificateRefs": [{"kind": "Secret", "name": GATEWAY_CERTIFICATE.secret}],
                    },
                    "allowedRoutes": {
                        "kinds": [routes],
                        "namespaces": {"from": "Selector", "selector": {"matchExpressions": [ours]}},
                    },
                },
                {
                    "name": HTTP_LISTENER,
                    "protocol": "HTTP",
                    "port": ports.HTTP.first,
                    "hostname": hostname,
                    # Only the redirect to HTTPS may attach here.
                    "allowedRoutes": {"kinds": [routes], "namespaces": {"from": "Same"}},
                },
            ],
        }
        return self._object("gateway", GATEWAY_API, "Gateway", spec, [gateway_class, proxy])

    def _client_policy(self, gateway: pulumi.Resource) -> None:
        settings = self._args.settings
        spec = {
            "targetRefs": [_gateway_ref(sectionName=HTTPS_LISTENER)],
            "tls": {"minVersion": OLDEST_TLS, "alpnProtocols": ["h2", "http/1.1"]},
            "clientIPDetection": self._client_addresses(),
            # Envoy answers before routing, on every host; a terminating pod does not answer.
            "healthCheck": {"path": HEALTH_PATH},
            "tcpKeepalive": {
                "idleTime": _seconds(KEEPALIVE_SECONDS),
                "interval": _seconds(KEEPALIVE_INTERVAL_SECONDS),
                "probes": KEEPALIVE_PROBES,
            },
            "timeout": {
                "http": {
                    "requestHeadersReceivedTimeout": _seconds(HEADER_SECONDS),
                    "requestReceivedTimeout": _seconds(settings.request_seconds),
                }
            },
        }
        self._object("client-policy", ENVOY_API, "ClientTrafficPolicy", spec, [gateway])

    def _client_addresses(self) -> dict[str, Any]:
        """Azure's load balancer keeps the client's address in the packet. Application Gateway sends it in a header,
        which is trusted only from its subnet.
        """
        if self._args.settings.exposure == "internal":
            return {"xForwardedFor": {"trustedCIDRs": [self._args.plan.subnets[Subnet.APPLICATION_GATEWAY]]}}
        return {"directSourceIP": {}}

    def _backend_policy(self, gateway: pulumi.Resource) -> None:
        """Timeouts and limits of every route without its own policy."""
        settings = self._args.settings
        limit = {"requests": settings.requests_per_second, "unit": "Second"}
        spec = {
            "targetRefs": [_gateway_ref()],
            "timeout": {
                "tcp": {"connectTimeout": _seconds(CONNECT_SECONDS)},
                "http": {"requestTimeout": _seconds(settings.request_seconds)},
            },
            "rateLimit": {"local": {"rules": [{"limit": limit}]}},
        }
        self._object("backend-policy", ENVOY_API, "BackendTrafficPolicy", spec, [gateway])


def _gateway_ref(**section: str) -> dict[str, str]:
    return {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": GATEWAY_NAME, **section}


def _seconds(count: int) -> str:
    return f"{count}s"


def _values(image_registry: str) -> dict[str, Any]:
    """The chart's values. The chart also installs the CRDs of the Gateway API and of Envoy Gateway."""
    return {
        "global": {"imageRegistry": image_registry},
        "deployment": {
            "replicas": REPLICAS,
            "priorityClassName": CONTROLLER_PRIORITY,
            "pod": {"nodeSelector": CONTROLLER_NODES},
            "envoyGateway": {
                "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}}
            },
        },
        "podDisruptionBudget": {"maxUnavailable": 1},
        "certgen": {
            "job": {
                "nodeSelector": CONTROLLER_NODES,
                "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
            }
        },
        # It serves zone-aware routing, which hostNetwork pods cannot use; a hook creates its webhook, and nothing would
        # delete that.
        "topologyInjector": {"enabled": False},
    }
