"""Every workload of a region."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.voice_workloads.values import ValuesContext
from components.voice_workloads.workload import Workload, WorkloadArgs
from components.workload_identity import WorkloadIdentity
from model.naming import region_names
from model.workloads import instances
from model.workloads.workload import Instance
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class VoiceWorkloadsArgs:
    """Args of `VoiceWorkloads`: the whole stack, since its workloads read what many sections describe.

    `prometheus_address` is the address that scaling queries; `None`: no scaling. `after` holds the resources that pods
    need in the cluster and in Azure before they start.
    """

    settings: AksStackSettings
    identities: Mapping[str, WorkloadIdentity]
    namespaces: Mapping[str, pulumi.Input[str]]
    prometheus_address: pulumi.Input[str] | None
    after: Sequence[pulumi.Resource]


class VoiceWorkloads(pulumi.ComponentResource):
    """The enabled workloads of the catalog (`model.workloads`): one `Workload` for each instance.

    Does not own their namespaces, policies and certificates (`PlatformServices`), their identities (the region) or
    their secrets (`KeyVault`).
    """

    def __init__(self, name: str, args: VoiceWorkloadsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:VoiceWorkloads", name, None, opts)
        for instance in instances(args.settings):
            self._workload(name, args, instance)
        self.register_outputs({})

    def _workload(self, name: str, args: VoiceWorkloadsArgs, instance: Instance) -> None:
        settings, account = args.settings, instance.account
        Workload(
            f"{name}-{instance.name}",
            WorkloadArgs(
                chart=instance.workload.name,
                account=account,
                namespace=args.namespaces[account.namespace],
                client_id=args.identities[instance.name].client_id,
                vault_name=region_names(settings).vault,
                tenant_id=settings.azure.tenant_id,
                secrets=account.reads(settings.secrets),
                environment_secrets=instance.workload.environment_secrets(settings),
                values=values_of(instance, settings, args.prometheus_address),
                after=args.after,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def values_of(instance: Instance, settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, Any]:
    """Returns the values of an instance's chart: those of the function `values` in the workload's module here."""
    module = importlib.import_module(f"{__package__}.{instance.workload.module}")
    return module.values(ValuesContext(settings=settings, instance=instance, prometheus=prometheus))


def workload_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, dict[str, Any]]:
    """Returns the values of every release that the stack deploys, by the name of its instance."""
    return {instance.name: values_of(instance, settings, prometheus) for instance in instances(settings)}
