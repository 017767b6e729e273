"""The stack file of kind `aks`: telephony, media and agents on an AKS cluster."""

from __future__ import annotations

from typing import Literal

from settings.schema.agent import AgentSettings, AgentWatchSettings
from settings.schema.aks import AksSettings
from settings.schema.certificates import CertificatesSettings
from settings.schema.data import DataSettings
from settings.schema.delivery import DeliverySettings
from settings.schema.dns import DnsSettings
from settings.schema.freeswitch import FreeSwitchSettings
from settings.schema.gateway import GatewaySettings
from settings.schema.images import ImagesSettings
from settings.schema.livekit import EgressSettings, LiveKitSettings, LiveKitSipSettings
from settings.schema.mesh import MeshSettings
from settings.schema.metrics import MetricsSettings, ScalingSettings, TracingSettings
from settings.schema.network import NetworkSettings
from settings.schema.sip_edge import SipEdgeSettings
from settings.schema.stack import StackSettings
from settings.schema.telephony import TelephonySettings
from settings.schema.workloads import WorkloadsSettings


class AksStackSettings(StackSettings):
    """A stack of kind `aks`: the sections of every stack, and those of the cluster and its workloads."""

    kind: Literal["aks"] = "aks"
    """Kind of the stack: `aks` runs the platform on an AKS cluster."""
    network: NetworkSettings = NetworkSettings()
    aks: AksSettings
    telephony: TelephonySettings = TelephonySettings()
    data: DataSettings = DataSettings()
    dns: DnsSettings
    certificates: CertificatesSettings
    gateway: GatewaySettings = GatewaySettings()
    metrics: MetricsSettings = MetricsSettings()
    scaling: ScalingSettings = ScalingSettings()
    tracing: TracingSettings = TracingSettings()
    mesh: MeshSettings = MeshSettings()
    delivery: DeliverySettings = DeliverySettings()
    workloads: WorkloadsSettings = WorkloadsSettings()
    images: ImagesSettings = ImagesSettings()
    sip_edge: SipEdgeSettings = SipEdgeSettings()
    freeswitch: FreeSwitchSettings = FreeSwitchSettings()
    livekit: LiveKitSettings = LiveKitSettings()
    livekit_sip: LiveKitSipSettings = LiveKitSipSettings()
    egress: EgressSettings = EgressSettings()
    agent: AgentSettings = AgentSettings()
    agent_watch: AgentWatchSettings = AgentWatchSettings()
