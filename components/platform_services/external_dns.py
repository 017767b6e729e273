"""DNS records for the hosts of routes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from components.scope import Scope
from model.charts import EXTERNAL_DNS
from model.gateway import AUTOMATIC_RECORD, GATEWAY_NAME, GATEWAY_NAMESPACE
from model.host_names import HostNames
from model.kubernetes import CLIENT_ID_ANNOTATION
from settings.schema.dns import DnsSettings

RELEASE: Final = "external-dns"
CONFIGURATION: Final = "external-dns-azure"
CONFIGURATION_FOLDER: Final = "/etc/kubernetes"
"""Folder in which external-dns expects `azure.json`."""
OWNER_PREFIX: Final = "_owner."
"""Prefix of the TXT records that mark its own records; no host begins with it."""


@dataclass(frozen=True, kw_only=True)
class ExternalDnsArgs:
    """Args of `ExternalDns`.

    `client_id` is the identity that writes to the region's zone. `after` contains the owners of its roles and the CRDs
    of routes.
    """

    namespace: pulumi.Input[str]
    settings: DnsSettings
    hosts: HostNames
    tenant_id: str
    client_id: pulumi.Input[str]
    after: Sequence[pulumi.Resource] = ()


class ExternalDns(pulumi.ComponentResource):
    """Keeps an A record in the region's zone for each route with the label `AUTOMATIC_RECORD`.

    Owns external-dns and its configuration. Does not own the zone, nor the records that the program declares there:
    external-dns changes and deletes only records with its own TXT record (its FAQ, "I'm afraid you will mess up my DNS
    records"; `Plan.Calculate` filters changes and deletions by owner).

    Runs as one pod, because it has no leader election and a delay of a minute is acceptable.
    """

    def __init__(
        self, name: str, scope: Scope, args: ExternalDnsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:ExternalDns", name, None, opts)
        configuration = kubernetes.core.v1.ConfigMap(
            f"{name}-configuration",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(name=CONFIGURATION, namespace=args.namespace),
            data={"azure.json": _azure_configuration(scope, args)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        third_party_release(
            f"{name}-release",
            EXTERNAL_DNS,
            release_name=RELEASE,
            namespace=args.namespace,
            values=_values(scope, args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[configuration, *args.after]),
        )
        self.register_outputs({})


def _azure_configuration(scope: Scope, args: ExternalDnsArgs) -> str:
    """Contains no secret: external-dns signs in with its ServiceAccount's token."""
    configuration = {
        "tenantId": args.tenant_id,
        "subscriptionId": scope.names.subscription_id,
        "resourceGroup": scope.names.resource_group,
        "useWorkloadIdentityExtension": True,
    }
    return json.dumps(configuration, indent=2, sort_keys=True)


def _values(scope: Scope, args: ExternalDnsArgs) -> dict[str, Any]:
    return {
        "fullnameOverride": RELEASE,
        "provider": {"name": "azure"},
        # Deletes a record with its route; only its own records, see above.
        "policy": "sync",
        "registry": "txt",
        "txtOwnerId": scope.names.cluster,
        "txtPrefix": OWNER_PREFIX,
        "domainFilters": [args.hosts.region_zone],
        "managedRecordTypes": ["A"],
        "sources": ["gateway-httproute"],
        "labelFilter": "=".join(AUTOMATIC_RECORD),
        "gatewayNamespace": GATEWAY_NAMESPACE,
        "extraArgs": {"gateway-name": GATEWAY_NAME, "min-ttl": f"{args.settings.ttl_seconds}s"},
        "triggerLoopOnEvent": True,
        "logFormat": "json",
        "serviceAccount": {"name": RELEASE, "annotations": {CLIENT_ID_ANNOTATION: args.client_id}},
        "podLabels": {"azure.workload.identity/use": "true"},
        "extraVolumes": [{"name": "azure", "configMap": {"name": CONFIGURATION}}],
        "extraVolumeMounts": [{"name": "azure", "mountPath": CONFIGURATION_FOLDER, "readOnly": True}],
        "nodeSelector": CONTROLLER_NODES,
        "priorityClassName": CONTROLLER_PRIORITY,
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
    }
