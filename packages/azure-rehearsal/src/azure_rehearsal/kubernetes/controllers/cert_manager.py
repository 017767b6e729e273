"""cert-manager: creates the Secret of each Certificate whose issuer can issue it.

The Secrets contain a placeholder: no key is generated and nothing is signed. An ACME DNS challenge succeeds when
cert-manager's pods may write to the zone; whether the zone is delegated is not checked. As in cert-manager, Secrets
remain when their Certificate is deleted.
"""

from __future__ import annotations

import base64
from typing import Any, Final

from azure_rehearsal.kubernetes.cloud_controller_api import PodIdentity
from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.controllers.installed_releases import Release, value_at
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext, condition

CONTROLLER: Final = "cert-manager"
GROUP: Final = "cert-manager.io"
WATCHES: Final = (("", "Secret"), (GROUP, "Certificate"), (GROUP, "ClusterIssuer"), (GROUP, "Issuer"))
PLACEHOLDER: Final = base64.b64encode(b"a placeholder of the rehearsal: no certificate, no key").decode()
_LABEL: Final = "azure.workload.identity/use"


def reconcile(context: ReconcileContext) -> None:
    """Reconciles the Certificates of every installed cert-manager."""
    for release in context.releases_running(CONTROLLER):
        for certificate in context.objects(GROUP, "Certificate"):
            problem = _problem(context, release, certificate)
            if not problem:
                problem = _issue(context, certificate)
            key = Key.of(certificate)
            ready = condition("Ready", not problem, "DoesNotExist" if problem else "Ready", problem)
            context.set_status(key, {"conditions": [ready]})
            context.report(key, CONTROLLER, "NotReady", problem)


def _issue(context: ReconcileContext, certificate: Object) -> str:
    key, spec = Key.of(certificate), certificate["spec"]
    template = spec.get("secretTemplate") or {}
    metadata = {
        "name": spec["secretName"],
        "namespace": key.namespace,
        "labels": {**(template.get("labels") or {}), "controller.cert-manager.io/fao": "true"},
        "annotations": {**(template.get("annotations") or {}), "cert-manager.io/certificate-name": key.name},
    }
    data = dict.fromkeys(("ca.crt", "tls.crt", "tls.key"), PLACEHOLDER)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls", "data": data}
    try:
        context.apply(secret, CONTROLLER, key)
    except ApiError as error:
        return error.message
    return ""


def _problem(context: ReconcileContext, release: Release, certificate: Object) -> str:
    """Why a certificate cannot be issued; empty when it can."""
    reference, namespace = certificate["spec"]["issuerRef"], certificate["metadata"]["namespace"]
    kind = reference.get("kind", "Issuer")
    issuer_namespace = "" if kind == "ClusterIssuer" else namespace
    issuer = context.find(GROUP, kind, issuer_namespace, reference["name"])
    if issuer is None:
        resource = f"{kind.lower()}.cert-manager.io"
        return f'Referenced "{kind}" not found: {resource} "{reference["name"]}" not found'
    if secret := value_at(issuer, "spec.ca.secretName"):
        secret_namespace = issuer_namespace or release.value("clusterResourceNamespace", release.namespace)
        if context.find("", "Secret", secret_namespace, secret) is None:
            name = reference["name"]
            return f'the issuer {name} has no key: secret "{secret}" not found in namespace {secret_namespace}'
    for host in _hosts(certificate) if value_at(issuer, "spec.acme") else ():
        if problem := _challenge_problem(context, release, issuer, host):
            return f"Error presenting challenge for {host}: {problem}"
    return ""


def _hosts(certificate: Object) -> list[str]:
    spec = certificate["spec"]
    return [*(spec.get("dnsNames") or []), *([spec["commonName"]] if spec.get("commonName") else [])]


def _challenge_problem(context: ReconcileContext, release: Release, issuer: Object, host: str) -> str:
    """Why the ACME DNS challenge for a host fails; empty when it succeeds or does not use Azure DNS."""
    solver = _solver(value_at(issuer, "spec.acme.solvers") or [], host.removeprefix("*."))
    if solver is None:
        return "no configured challenge solvers can be used for this challenge"
    azure = value_at(solver, "dns01.azureDNS")
    if azure is None:
        return ""
    client_id = value_at(azure, "managedIdentity.clientID") or ""
    has_identity_label = (release.value("podLabels") or {}).get(_LABEL) == "true"
    account = release.value("serviceAccount.name", release.fullname())
    identity = PodIdentity(
        client_id if has_identity_label else "", f"system:serviceaccount:{release.namespace}:{account}"
    )
    zone = azure.get("hostedZoneName", "")
    return context.azure.zone_problem(context.cluster_id, identity, azure["resourceGroupName"], zone)


def _solver(solvers: list[Any], host: str) -> Any:
    """The most specific solver for a host: by DNS name, then by longest zone, then one without a selector."""

    def specificity(solver: Any) -> int:
        selector = solver.get("selector") or {}
        if host in (selector.get("dnsNames") or []):
            return len(host) + 2
        zones = selector.get("dnsZones") or []
        zone_scores = [len(zone) + 1 for zone in zones if host == zone or host.endswith(f".{zone}")]
        return max(zone_scores, default=0 if selector.get("dnsNames") or zones else 1)

    return max((solver for solver in solvers if specificity(solver)), key=specificity, default=None)
