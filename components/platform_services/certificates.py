"""TLS certificates, and who signs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from components.scope import Scope
from model.charts import CERT_MANAGER
from model.host_names import HostNames
from model.tls_certificates import CERTIFICATE_HOURS, KEY_BITS, ROOT_HOURS, TLS_CERTIFICATES, TlsCertificate
from settings.schema.certificates import CertificatesSettings, Issuer

API: Final = "cert-manager.io/v1"
NAMESPACE: Final = "voice-system"
RELEASE: Final = "cert-manager"
REPLICAS: Final = 2
HOURS_A_DAY: Final = 24

ISSUERS: Final[Mapping[Issuer, str]] = {
    "selfSigned": "self-signed-ca",
    "letsencryptStaging": "letsencrypt-staging",
    "letsencrypt": "letsencrypt",
}
"""Names in the cluster. Each issuer has its own: a certificate is asked for anew when it names another issuer, not when
an issuer changes behind its name.
"""

ROOT_ISSUER: Final = "self-signed"
ROOT: Final = "self-signed-root"
"""The root of the self-signed issuer and the Secret that has it: its `ca.crt` is what clients are told to trust."""


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """Args of `Certificates`. `client_id` is the identity that writes into the public zones, where an authority is
    asked; its roles come with the zones.
    """

    namespaces: Mapping[str, pulumi.Input[str]]
    settings: CertificatesSettings
    hosts: HostNames
    client_id: pulumi.Input[str] | None = None


class Certificates(pulumi.ComponentResource):
    """The certificates that the Gateway, TURN and the SIP edge show, and their renewal.

    Owns cert-manager, the one issuer that the stack names, and the certificates. Does not own who uses their Secrets
    (`settings.schema.certificates` has the names), nor the zones in which it proves that names are ours.

    Only the named issuer exists: one more would be one more account at the authority, and would let anybody in the
    cluster have real certificates before the stack asks for them. An authority is answered by DNS, which works before
    any entrance does and for wildcards too. Waits for no certificate: an authority takes minutes, and what mounts a
    Secret waits for it by itself.
    """

    ready: Mapping[str, pulumi.Resource]
    """The certificates, by name."""

    def __init__(
        self, name: str, scope: Scope, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:Certificates", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        release = third_party_release(
            f"{name}-release",
            CERT_MANAGER,
            release_name=RELEASE,
            namespace=args.namespaces[NAMESPACE],
            values=_values(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        directory = args.settings.directory
        issuer = self._public_issuer(directory, release) if directory else self._self_signed_issuer(release)
        self.ready = {certificate.name: self._certificate(certificate, issuer) for certificate in TLS_CERTIFICATES}
        self.register_outputs({"issuer": ISSUERS[args.settings.issuer]})

    def _issuer(self, issuer_name: str, spec: Mapping[str, Any], after: pulumi.Resource) -> pulumi.Resource:
        return custom_resource(
            f"{self._name}-issuer-{issuer_name}",
            API,
            "ClusterIssuer",
            kubernetes.meta.v1.ObjectMetaArgs(name=issuer_name),
            spec,
            pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )

    def _public_issuer(self, directory: str, release: pulumi.Resource) -> pulumi.Resource:
        """Let's Encrypt. The longer zone that fits a name decides who answers: region before environment."""
        args = self._args
        zones = {
            args.hosts.region_zone: self._scope.names.resource_group,
            args.hosts.zone: self._scope.global_names.resource_group,
        }
        issuer_name = ISSUERS[args.settings.issuer]
        spec = {
            "acme": {
                "server": directory,
                "email": args.settings.email,
                "privateKeySecretRef": {"name": f"{issuer_name}-account"},
                "solvers": [self._solver(zone, group) for zone, group in zones.items()],
            }
        }
        return self._issuer(issuer_name, spec, release)

    def _solver(self, zone: str, resource_group: str) -> dict[str, Any]:
        return {
            "selector": {"dnsZones": [zone]},
            "dns01": {
                "azureDNS": {
                    "environment": "AzurePublicCloud",
                    "subscriptionID": self._scope.names.subscription_id,
                    "resourceGroupName": resource_group,
                    "hostedZoneName": zone,
                    "managedIdentity": {"clientID": self._args.client_id},
                }
            },
        }

    def _self_signed_issuer(self, release: pulumi.Resource) -> pulumi.Resource:
        """A root of our own that signs the others, so that who wants to trust them trusts one."""
        root_issuer = self._issuer(ROOT_ISSUER, {"selfSigned": {}}, release)
        root = custom_resource(
            f"{self._name}-{ROOT}",
            API,
            "Certificate",
            kubernetes.meta.v1.ObjectMetaArgs(name=ROOT, namespace=self._args.namespaces[NAMESPACE]),
            {
                "secretName": ROOT,
                "isCA": True,
                "commonName": "voice platform, self-signed",
                "duration": _hours(ROOT_HOURS),
                # Renewed with the same key, it still fits what clients were told to trust.
                "privateKey": {**_private_key(), "rotationPolicy": "Never"},
                "issuerRef": _issuer_ref(ROOT_ISSUER),
            },
            pulumi.ResourceOptions(parent=self, depends_on=[root_issuer]),
        )
        return self._issuer(ISSUERS["selfSigned"], {"ca": {"secretName": ROOT}}, root)

    def _certificate(self, certificate: TlsCertificate, issuer: pulumi.Resource) -> pulumi.Resource:
        args = self._args
        return custom_resource(
            f"{self._name}-{certificate.name}",
            API,
            "Certificate",
            kubernetes.meta.v1.ObjectMetaArgs(name=certificate.name, namespace=args.namespaces[certificate.namespace]),
            {
                "secretName": certificate.secret,
                "dnsNames": list(certificate.hosts(args.hosts)),
                "issuerRef": _issuer_ref(ISSUERS[args.settings.issuer]),
                "duration": _hours(CERTIFICATE_HOURS),
                "renewBefore": _hours(args.settings.renew_before_days * HOURS_A_DAY),
                "privateKey": {**_private_key(), "rotationPolicy": "Always"},
                "usages": ["digital signature", "key encipherment", "server auth"],
            },
            pulumi.ResourceOptions(parent=self, depends_on=[issuer]),
        )


def _issuer_ref(issuer_name: str) -> dict[str, str]:
    return {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": issuer_name}


def _private_key() -> dict[str, Any]:
    return {"algorithm": "RSA", "size": KEY_BITS}


def _hours(hours: int) -> str:
    """As Kubernetes itself writes a time, so that what is read back is what was written."""
    return f"{hours}h0m0s"


def _values() -> dict[str, Any]:
    """The chart's values.

    Definitions stay when the release goes, for every certificate in the cluster, other teams' too, would go with them;
    a release of the same name takes them up again. Whether a name is proven is asked of the cluster's DNS alone, so
    that cert-manager needs no way to name servers all over the internet.
    """
    small = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
    large = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
    twice = {"replicaCount": REPLICAS, "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1}}
    return {
        "global": {
            "nodeSelector": CONTROLLER_NODES,
            "priorityClassName": CONTROLLER_PRIORITY,
            "leaderElection": {"namespace": NAMESPACE},
        },
        "crds": {"enabled": True, "keep": True},
        "dns01RecursiveNameserversOnly": True,
        "podLabels": {"azure.workload.identity/use": "true"},
        "resources": large,
        **twice,
        "webhook": {**twice, "resources": small},
        "cainjector": {**twice, "resources": large},
        "startupapicheck": {"resources": small},
    }
