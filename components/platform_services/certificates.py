"""TLS certificates and their issuer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform_services.custom_resource import custom_resource
from components.platform_services.release import CONTROLLER_NODES, CONTROLLER_PRIORITY, third_party_release
from components.scope import Scope
from model.charts import CERT_MANAGER
from model.host_names import HostNames
from model.kubernetes import SYSTEM
from model.tls_certificates import CERTIFICATE_HOURS, KEY_BITS, ROOT_HOURS, TlsCertificate
from settings.schema.certificates import CertificatesSettings, Issuer

API: Final = "cert-manager.io/v1"
NAMESPACE: Final = SYSTEM.name
RELEASE: Final = "cert-manager"
REPLICAS: Final = 2
HOURS_A_DAY: Final = 24

ISSUERS: Final[Mapping[Issuer, str]] = {
    "selfSigned": "self-signed-ca",
    "letsencryptStaging": "letsencrypt-staging",
    "letsencrypt": "letsencrypt",
}
"""Names in the cluster, one per issuer: cert-manager requests a new certificate when the issuer's name changes, not
when the issuer itself changes.
"""

ROOT_ISSUER: Final = "self-signed"
ROOT: Final = "self-signed-root"
"""The root certificate of the self-signed issuer, and its Secret. Clients trust its `ca.crt`."""


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """Args of `Certificates`.

    `certificates` are those that the stack uses. `client_id` is the identity that writes to the public zones for a
    public authority; `RegionDns` owns its roles.
    """

    namespaces: Mapping[str, pulumi.Input[str]]
    certificates: Sequence[TlsCertificate]
    settings: CertificatesSettings
    hosts: HostNames
    client_id: pulumi.Input[str] | None = None


class Certificates(pulumi.ComponentResource):
    """The certificates of the Gateway, TURN and the SIP edge, and their renewal.

    Owns cert-manager, the issuer of the stack file, and the certificates. Does not own the users of their Secrets, nor
    the zones in which it solves challenges.

    Only the chosen issuer exists: each further issuer is another account at the authority, and any pod in the cluster
    could request real certificates from it. Challenges use DNS, which works before any entrance exists and for
    wildcards. The component does not wait for certificates: an authority takes minutes, and pods wait for the Secrets
    that they mount.
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
        self.ready = {certificate.name: self._certificate(certificate, issuer) for certificate in args.certificates}
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
        """Let's Encrypt. cert-manager uses the solver with the longest matching zone: region before environment."""
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
        """A root certificate that signs all others, so that clients trust one certificate."""
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
                # A renewal keeps the key, so clients keep trusting it.
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
    """A duration in Kubernetes' canonical form, so that reading it back shows no difference."""
    return f"{hours}h0m0s"


def _values() -> dict[str, Any]:
    """The chart's values.

    The CRDs stay when the release is deleted, because deleting them deletes every certificate in the cluster; a release
    of the same name adopts them. cert-manager checks challenges through the cluster's DNS only, so that it needs no
    egress to name servers on the internet.
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
