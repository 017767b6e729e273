"""The whole of a stack file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.schema.agent import AgentSettings, AgentWatchSettings
from settings.schema.aks import AksSettings
from settings.schema.azure import AzureSettings, DeployerSettings, GlobalSettings, NamingSettings, Region
from settings.schema.certificates import CertificatesSettings
from settings.schema.data import DataSettings
from settings.schema.delivery import DeliverySettings
from settings.schema.dns import DnsSettings
from settings.schema.freeswitch import FreeSwitchSettings
from settings.schema.gateway import GatewaySettings
from settings.schema.images import ImagesSettings
from settings.schema.key_vault import KeyVaultSettings
from settings.schema.livekit import EgressSettings, LiveKitSettings, LiveKitSipSettings
from settings.schema.mesh import MeshSettings
from settings.schema.metrics import MetricsSettings, ScalingSettings, TracingSettings
from settings.schema.network import NetworkSettings
from settings.schema.observability import ObservabilitySettings
from settings.schema.registry import RegistrySettings
from settings.schema.sip_edge import SipEdgeSettings
from settings.schema.telephony import TelephonySettings
from settings.schema.types import Section, Word

StackClass = Literal["production", "staging", "development"]
"""Sets of defaults; `settings.loader.class_defaults` holds their values."""

Tags = Mapping[str, Annotated[str, Field(max_length=256)]]


class Settings(Section):
    """One stack: one region of an environment, with or without the global part."""

    environment: Annotated[Word, Field(max_length=10)]
    """Name of the environment, part of Azure names; every region's stack says the same."""
    stack_class: Annotated[StackClass, Field(alias="class")]
    """Set of defaults: `production`, `staging` or `development`. Each can be overridden."""
    extends: str | None = None
    """Stack whose sections are this one's defaults (all but `secrets`, `region` and `global`)."""
    region: Word
    """Which of `regions` this stack is."""
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    """Every region of the environment, in the order of deployment."""
    global_part: Annotated[GlobalSettings | None, Field(alias="global")] = None
    """Present in the one stack that owns the global part."""
    azure: AzureSettings
    deployer: DeployerSettings
    naming: NamingSettings
    tags: Tags = Field(default_factory=dict)
    """Tags on every resource that takes tags."""
    protect: bool
    """Refuses to delete or replace the cluster, its media pools and addresses, and all that holds data."""
    network: NetworkSettings = NetworkSettings()
    aks: AksSettings
    telephony: TelephonySettings = TelephonySettings()
    registry: RegistrySettings = RegistrySettings()
    key_vault: KeyVaultSettings = KeyVaultSettings()
    data: DataSettings = DataSettings()
    observability: ObservabilitySettings = ObservabilitySettings()
    dns: DnsSettings
    certificates: CertificatesSettings
    gateway: GatewaySettings = GatewaySettings()
    metrics: MetricsSettings = MetricsSettings()
    scaling: ScalingSettings = ScalingSettings()
    tracing: TracingSettings = TracingSettings()
    mesh: MeshSettings = MeshSettings()
    delivery: DeliverySettings = DeliverySettings()
    images: ImagesSettings = ImagesSettings()
    sip_edge: SipEdgeSettings = SipEdgeSettings()
    freeswitch: FreeSwitchSettings = FreeSwitchSettings()
    livekit: LiveKitSettings = LiveKitSettings()
    livekit_sip: LiveKitSipSettings = LiveKitSipSettings()
    egress: EgressSettings = EgressSettings()
    agent: AgentSettings = AgentSettings()
    agent_watch: AgentWatchSettings = AgentWatchSettings()
    secrets: tuple[str, ...] = ()
    """Names of the secrets in `voice:secrets`; their values never come here."""

    @property
    def this_region(self) -> Region:
        """The region of this stack."""
        return next(region for region in self.regions if region.name == self.region)

    @property
    def regions_before(self) -> tuple[Region, ...]:
        """The regions that exist before this one, to which it attaches itself."""
        names = [region.name for region in self.regions]
        return self.regions[: names.index(self.region)]

    @property
    def primary_region(self) -> Region:
        """The region whose database is written to."""
        return next(region for region in self.regions if region.role == "primary")

    @property
    def registry_home(self) -> str:
        """The registry's own location: that of the first region. The others have replicas."""
        return self.regions[0].location

    @property
    def all_tags(self) -> dict[str, str]:
        """The stack's tags and those that say where a resource belongs, sorted by key."""
        own = {"environment": self.environment, "managed-by": "pulumi"}
        return dict(sorted({**own, **self.tags}.items()))
