"""The kubeconfigs that AKS returns."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import yaml

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.type_registry import Function
from azure_rehearsal.azure.services.network.common import CLUSTER
from azure_rehearsal.protocol.provider import Refused

SERVER_APPLICATION: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The Entra application of all AKS API servers."""
CLIENT_APPLICATION: Final = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
"""The Entra application of kubelogin."""


def server_of(cluster: Record) -> str:
    """The URL of the API server; with the private name for a private cluster."""
    host = cluster.properties.get("privateFQDN") or cluster.properties["fqdn"]
    return f"https://{host}:443"


def user_credentials(cloud: Cloud, client: Client, cluster: Record, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`listManagedClusterUserCredentials`: a kubelogin user with Entra integration, else a client certificate."""
    has_entra = bool((cluster.properties.get("aadProfile") or {}).get("managed"))
    user = _entra_user(client) if has_entra else _certificate_user(cluster, "clusterUser")
    return _credentials(cluster, "clusterUser", user)


def admin_credentials(cloud: Cloud, client: Client, cluster: Record, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`listManagedClusterAdminCredentials`; refused if local accounts are disabled."""
    if cluster.properties.get("disableLocalAccounts"):
        raise Refused(
            "BadRequest",
            "Getting static credential is not allowed because this cluster is set to disable local accounts.",
            "use the user credentials and sign in through Entra",
        )
    return _credentials(cluster, "clusterAdmin", _certificate_user(cluster, "clusterAdmin"))


def _credentials(cluster: Record, kind: str, user: dict[str, Any]) -> dict[str, Any]:
    name = cluster.properties["name"]
    group = arm_ids.resource_group(cluster.id)
    login = f"{kind}_{group}_{name}"
    context = f"{name}-admin" if kind == "clusterAdmin" else name
    config = {
        "apiVersion": "v1",
        "clusters": [
            {
                "cluster": {
                    "certificate-authority-data": _placeholder(cluster, "CERTIFICATE", "authority"),
                    "server": server_of(cluster),
                },
                "name": name,
            }
        ],
        "contexts": [{"context": {"cluster": name, "user": login}, "name": context}],
        "current-context": context,
        "kind": "Config",
        "preferences": {},
        "users": [{"name": login, "user": user}],
    }
    text = yaml.safe_dump(config, sort_keys=False)
    return {"kubeconfigs": [{"name": kind, "value": base64.b64encode(text.encode()).decode()}]}


def _entra_user(client: Client) -> dict[str, Any]:
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "args": [
                "get-token",
                "--environment",
                "AzurePublicCloud",
                "--server-id",
                SERVER_APPLICATION,
                "--client-id",
                CLIENT_APPLICATION,
                "--tenant-id",
                client.tenant_id,
                "--login",
                "devicecode",
            ],
            "command": "kubelogin",
            "env": None,
            "installHint": "kubelogin is not installed which is required to connect to AAD enabled cluster. To learn "
            "more, please go to https://aka.ms/aks/kubelogin",
            "provideClusterInfo": False,
        }
    }


def _certificate_user(cluster: Record, kind: str) -> dict[str, Any]:
    return {
        "client-certificate-data": _placeholder(cluster, "CERTIFICATE", kind),
        "client-key-data": _placeholder(cluster, "RSA PRIVATE KEY", f"{kind} key"),
        "token": hashlib.sha512(f"{cluster.creation_id}/{kind} token".encode()).hexdigest(),
    }


def _placeholder(cluster: Record, label: str, purpose: str) -> str:
    """Placeholder PEM data, constant for one lifetime of the cluster."""
    body = base64.b64encode(hashlib.sha512(f"{cluster.creation_id}/{purpose}".encode()).digest()).decode()
    return base64.b64encode(f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()).decode()


FUNCTIONS: Final[dict[str, tuple[str, Function]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": (CLUSTER, user_credentials),
    "azure-native:containerservice:listManagedClusterAdminCredentials": (CLUSTER, admin_credentials),
}
