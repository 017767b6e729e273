"""Calls: every workload of a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.voice_workloads.agent_watch import agent_watch_values
from components.voice_workloads.database_jobs import database_jobs_values
from components.voice_workloads.freeswitch import freeswitch_values
from components.voice_workloads.livekit import livekit_egress_values, livekit_sip_values, livekit_values
from components.voice_workloads.sip_edge import sip_edge_values
from components.voice_workloads.voice_agent import secret_variables, voice_agent_values
from components.voice_workloads.workload import Workload, WorkloadArgs
from components.workload_identity import WorkloadIdentity
from model.database import dumps_database, exports_redis
from model.identities import account
from model.naming import region_names
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True, kw_only=True)
class VoiceWorkloadsArgs:
    """Args of `VoiceWorkloads`: the whole stack, since its workloads read what many sections describe.

    `prometheus_address` is where scaling asks for metrics; `None`: no scaling. `after` is what pods need in the cluster
    and in Azure before they start.
    """

    settings: AksStackSettings
    identities: Mapping[str, WorkloadIdentity]
    namespaces: Mapping[str, pulumi.Input[str]]
    prometheus_address: pulumi.Input[str] | None
    after: Sequence[pulumi.Resource]


class VoiceWorkloads(pulumi.ComponentResource):
    """SIP edge, FreeSWITCH, LiveKit, its SIP bridge, agents, the database's jobs; on request a recorder and a watcher.

    Composes one `Workload` for each. Does not own what they stand on: namespaces, policies and certificates are
    `PlatformServices`', identities the cell's, secrets the vault's.
    """

    def __init__(self, name: str, args: VoiceWorkloadsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:VoiceWorkloads", name, None, opts)
        for workload, values in workload_values(args.settings, args.prometheus_address).items():
            self._workload(name, args, workload, values)
        self.register_outputs({})

    def _workload(self, name: str, args: VoiceWorkloadsArgs, workload: str, values: Mapping[str, Any]) -> None:
        settings, own = args.settings, account(workload)
        Workload(
            f"{name}-{workload}",
            WorkloadArgs(
                account=own,
                namespace=args.namespaces[own.namespace],
                client_id=args.identities[workload].client_id,
                vault_name=region_names(settings).vault,
                tenant_id=settings.azure.tenant_id,
                secrets=own.reads(settings.secrets),
                environment_secrets=secret_variables(settings) if workload == "voice-agent" else {},
                values=values,
                after=args.after,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def workload_values(settings: AksStackSettings, prometheus: pulumi.Input[str] | None) -> dict[str, dict[str, Any]]:
    """The values of every chart that the stack deploys, by the workload's name, in the order of deployment."""
    values = {
        "livekit": livekit_values(settings, prometheus),
        "livekit-sip": livekit_sip_values(settings, prometheus),
        "freeswitch": freeswitch_values(settings, prometheus),
        "voice-agent": voice_agent_values(settings, prometheus),
        "sip-edge": sip_edge_values(settings),
    }
    if settings.agent_watch.enabled:
        values["agent-watch"] = agent_watch_values(settings)
    if settings.egress.enabled:
        values["livekit-egress"] = livekit_egress_values(settings)
    if dumps_database(settings) or exports_redis(settings):
        values["database-jobs"] = database_jobs_values(settings)
    return values
