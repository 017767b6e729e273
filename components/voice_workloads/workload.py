"""One workload: its account, its secrets and its chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
import yaml

from components.platform_services.custom_resource import custom_resource
from model.kubernetes import CLIENT_ID_ANNOTATION
from model.permissions import WorkloadAccount

SECRETS_API: Final = "secrets-store.csi.x-k8s.io/v1"
CHARTS: Final = Path(__file__).resolve().parents[2] / "charts"


@dataclass(frozen=True, kw_only=True)
class WorkloadArgs:
    """Args of `Workload`.

    `chart` is the name of a folder of `charts/`, `client_id` the client id of the account's identity. `secrets` are
    names in the vault; `environment_secrets` maps keys of a Kubernetes Secret, which the CSI driver keeps beside the
    pods, to names among them. `values` are plain, except for the address of Prometheus, which is known after the first
    deployment.
    """

    chart: str
    account: WorkloadAccount
    namespace: pulumi.Input[str]
    client_id: pulumi.Input[str]
    vault_name: str
    tenant_id: str
    secrets: Sequence[str]
    environment_secrets: Mapping[str, str]
    values: Mapping[str, Any]
    after: Sequence[pulumi.Resource]


class Workload(pulumi.ComponentResource):
    """One release of one of our charts, with its ServiceAccount and secrets.

    Owns the ServiceAccount with its identity, the SecretProviderClass that names its secrets, and the chart's objects.
    Does not own the identity's roles (resource owners grant access to their resources) or the network policies.
    """

    def __init__(self, name: str, args: WorkloadArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:Workload", name, None, opts)
        self._name, self._args = name, args
        children = pulumi.ResourceOptions(parent=self)
        before: list[pulumi.Resource] = [self._service_account(children)]
        if args.secrets:
            before.append(self._secret_provider_class(children))
        kubernetes.helm.v4.Chart(
            f"{name}-chart",
            chart=str(CHARTS / args.chart),
            name=args.account.name,
            namespace=args.namespace,
            values=args.values,
            # A rollout lasts as long as the longest call; `make status` shows it.
            skip_await=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*before, *args.after]),
        )
        self.register_outputs({})

    def _metadata(self, annotations: Mapping[str, pulumi.Input[str]] | None = None) -> Any:
        account = self._args.account
        return kubernetes.meta.v1.ObjectMetaArgs(
            name=account.name,
            namespace=self._args.namespace,
            labels={"app.kubernetes.io/name": account.name, "app.kubernetes.io/part-of": "voice-platform"},
            annotations=annotations,
        )

    def _service_account(self, opts: pulumi.ResourceOptions) -> kubernetes.core.v1.ServiceAccount:
        return kubernetes.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=self._metadata({CLIENT_ID_ANNOTATION: self._args.client_id}),
            # The webhook projects Entra's token; pods do not need the Kubernetes token by default.
            automount_service_account_token=False,
            opts=opts,
        )

    def _secret_provider_class(self, opts: pulumi.ResourceOptions) -> kubernetes.apiextensions.CustomResource:
        args = self._args
        objects = [yaml.safe_dump({"objectName": secret, "objectType": "secret"}) for secret in sorted(args.secrets)]
        spec: dict[str, Any] = {
            "provider": "azure",
            "parameters": {
                "clientID": args.client_id,
                "keyvaultName": args.vault_name,
                "tenantId": args.tenant_id,
                "objects": yaml.safe_dump({"array": objects}),
            },
        }
        if args.environment_secrets:
            data = [{"key": key, "objectName": secret} for key, secret in sorted(args.environment_secrets.items())]
            spec["secretObjects"] = [{"secretName": args.account.name, "type": "Opaque", "data": data}]
        return custom_resource(
            f"{self._name}-secrets", SECRETS_API, "SecretProviderClass", self._metadata(), spec, opts
        )
