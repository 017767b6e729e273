"""The copy of the Gateway's certificate in the vault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from components.scope import Scope
from model.charts import EXTERNAL_SECRETS
from model.kubernetes import CLIENT_ID_ANNOTATION
from model.tls_certificates import GATEWAY_CERTIFICATE

ACCOUNT: Final = "external-secrets"
RELEASE: Final = "external-secrets"
STORE: Final = "key-vault"
REPLICAS: Final = 2
PKCS12: Final = "certificate.p12"
_ARCHIVE: Final = '{{ fullPemToPkcs12 (index . "tls.crt" | toString) (index . "tls.key" | toString) | b64dec }}'
REFRESH: Final = "1h0m0s"
"""Interval of the copy: a renewed certificate reaches the vault within it."""


@dataclass(frozen=True, kw_only=True)
class CertificateCopyArgs:
    """Args of `CertificateCopy`. `client_id` is the identity with the certificates role on the vault."""

    namespace: pulumi.Input[str]
    tenant_id: str
    client_id: pulumi.Input[str]
    certificate: pulumi.Resource


class CertificateCopy(pulumi.ComponentResource):
    """Copies the Gateway's certificate to the region's vault, for Azure services that terminate TLS.

    Owns External Secrets, limited to its own namespace, the SecretStore for the vault and the PushSecret. Does not own
    the role on the vault: `KeyVault` does.

    The copy stays when this component is deleted: the vault reserves the name of a deleted certificate during its
    retention, and a new copy could not use it.
    """

    def __init__(
        self, name: str, scope: Scope, args: CertificateCopyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:CertificateCopy", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        # Outside the chart, because chart values are plain and only Azure knows the identity's id.
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=kubernetes.meta.v1.ObjectMetaArgs(
                name=ACCOUNT,
                namespace=args.namespace,
                annotations={CLIENT_ID_ANNOTATION: args.client_id},
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        release = third_party_release(
            f"{name}-release",
            EXTERNAL_SECRETS,
            release_name=RELEASE,
            namespace=args.namespace,
            values=_values(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account]),
        )
        self._copy(self._store(release))
        self.register_outputs({})

    def _metadata(self, object_name: str) -> kubernetes.meta.v1.ObjectMetaArgs:
        return kubernetes.meta.v1.ObjectMetaArgs(name=object_name, namespace=self._args.namespace)

    def _store(self, release: pulumi.Resource) -> pulumi.Resource:
        spec = {
            "provider": {
                "azurekv": {
                    "authType": "WorkloadIdentity",
                    "tenantId": self._args.tenant_id,
                    "vaultUrl": f"https://{self._scope.names.vault}.vault.azure.net",
                    "serviceAccountRef": {"name": ACCOUNT},
                }
            }
        }
        return custom_resource(
            f"{self._name}-store",
            "external-secrets.io/v1",
            "SecretStore",
            self._metadata(STORE),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )

    def _copy(self, store: pulumi.Resource) -> None:
        secret = GATEWAY_CERTIFICATE.secret
        spec = {
            "refreshInterval": REFRESH,
            "updatePolicy": "Replace",
            "deletionPolicy": "None",
            "secretStoreRefs": [{"kind": "SecretStore", "name": STORE}],
            "selector": {"secret": {"name": secret}},
            # The vault imports key and chain as one archive without a password.
            "template": {
                "engineVersion": "v2",
                "data": {PKCS12: _ARCHIVE},
            },
            "data": [{"match": {"secretKey": PKCS12, "remoteRef": {"remoteKey": f"cert/{secret}"}}}],
        }
        custom_resource(
            f"{self._name}-gateway",
            "external-secrets.io/v1alpha1",
            "PushSecret",
            self._metadata(GATEWAY_CERTIFICATE.name),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=[store, self._args.certificate]),
        )


def _values() -> dict[str, Any]:
    """The chart's values: one controller, limited to its own namespace.

    The webhook and its certificate controller are off: they check objects that users write, and here only the program
    writes. Cluster-wide kinds are off.
    """
    namespace = GATEWAY_CERTIFICATE.namespace
    return {
        "replicaCount": REPLICAS,
        "leaderElect": True,
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "scopedNamespace": namespace,
        "scopedRBAC": True,
        "serviceAccount": {"create": False, "name": ACCOUNT},
        "nodeSelector": CONTROLLER_NODES,
        "priorityClassName": CONTROLLER_PRIORITY,
        "resources": {"requests": {"cpu": "20m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "webhook": {"create": False},
        "certController": {"create": False},
        "crds": {
            "createClusterExternalSecret": False,
            "createClusterGenerator": False,
            "createClusterPushSecret": False,
            "createClusterSecretStore": False,
        },
        "processClusterExternalSecret": False,
        "processClusterGenerator": False,
        "processClusterPushSecret": False,
        "processClusterStore": False,
    }
