"""The whole of a stack file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from settings.agent import AgentSettings
from settings.aks import AksSettings
from settings.azure import AzureSettings, DeployerSettings, GlobalSettings, NamingSettings, Region
from settings.capacity import (
    LEGS_IN_FREESWITCH,
    Capacity,
    Share,
    calls_by,
    livekit_sip_ports,
    pods_needed,
    spread_pods_needed,
    weakest,
)
from settings.certificates import CertificatesSettings
from settings.classes import StackClass
from settings.data import DataSettings
from settings.delivery import DeliverySettings
from settings.dns import DnsSettings, HostNames
from settings.freeswitch import FreeSwitchSettings
from settings.gateway import GatewaySettings
from settings.identities import WORKLOAD_ACCOUNTS, Feature, WorkloadAccount
from settings.images import ImagesSettings
from settings.key_vault import KeyVaultSettings
from settings.livekit import EgressSettings, LiveKitSettings, LiveKitSipSettings
from settings.mesh import MeshSettings
from settings.metrics import MetricsSettings, ScalingSettings, TracingSettings
from settings.naming import Naming
from settings.network import NetworkSettings
from settings.observability import ObservabilitySettings
from settings.private_dns import PrivateZone, kubernetes_api_zone
from settings.registry import RegistrySettings
from settings.sip_edge import SipEdgeSettings
from settings.telephony import TelephonySettings
from settings.traffic_profiles import CALLS, WEB, TrafficProfile
from settings.types import Section, Word

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
    def private_zones(self) -> tuple[str, ...]:
        """The private DNS zones of the region: those of the services that the stack uses."""
        zones: list[str] = [PrivateZone.BLOB, PrivateZone.VAULT, PrivateZone.REGISTRY, PrivateZone.REDIS]
        delegated = self.data.postgresql.network == "delegatedSubnet"
        zones.append(self.region_names.postgresql_zone if delegated else PrivateZone.POSTGRESQL)
        if self.data.cosmos is not None:
            zones.append(PrivateZone.COSMOS)
        if self.aks.api_server.access == "private":
            zones.append(kubernetes_api_zone(self.this_region.location))
        return tuple(str(zone) for zone in zones)

    @property
    def region_names(self) -> Naming:
        """Names of this region's resources."""
        return Naming(self.naming.prefix, self.environment, self.region, self.azure.subscription_id)

    @property
    def global_names(self) -> Naming:
        """Names of the environment's global resources."""
        return self.region_names.in_scope("global")

    @property
    def hosts(self) -> HostNames:
        """The region's names in public DNS."""
        return HostNames(self.dns.zone, self.region)

    @property
    def traffic_profiles(self) -> tuple[TrafficProfile, ...]:
        """The profiles that lead to this region: to its Gateway if public, to its SIP edge if a carrier uses that."""
        reached = {WEB: self.gateway.exposure == "public", CALLS: self.telephony.uses_edge}
        return tuple(profile for profile, leads_here in reached.items() if leads_here)

    @property
    def features(self) -> frozenset[Feature]:
        """The parts of the cluster's services that the stack asks for and that need an identity."""
        asked = {
            Feature.PUBLIC_CERTIFICATES: self.certificates.directory is not None,
            Feature.CERTIFICATE_COPY: self.certificates.copy_to_key_vault,
            Feature.AUTOMATIC_DNS: self.dns.automatic,
            Feature.SCALING_ON_MANAGED_METRICS: self.scaling.enabled and self.metrics.backend == "managed",
            Feature.AZURE_TRACES: "applicationInsights" in self.tracing.exporters,
        }
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    @property
    def workload_accounts(self) -> tuple[WorkloadAccount, ...]:
        """The ServiceAccounts of this stack that have an identity in Azure."""
        return tuple(a for a in WORKLOAD_ACCOUNTS if a.feature is None or a.feature in self.features)

    @property
    def database_host(self) -> str:
        """Where the region's workloads find the database: the primary region's server, which is written to."""
        database = self.data.postgresql
        return database.external_host or self.region_names.in_scope(self.primary_region.name).postgresql_host

    @property
    def dumps_database(self) -> bool:
        """Whether this region dumps the database: the one that has the server that is written to."""
        return self.data.postgresql.mode == "managed" and self.this_region == self.primary_region

    @property
    def exports_redis(self) -> bool:
        """Whether this region exports its Redis: each has one of its own."""
        return self.data.redis.export.enabled

    @property
    def capacity(self) -> Capacity:
        """What calls need in this region."""
        freeswitch, bridge, livekit, agent = self.freeswitch, self.livekit_sip, self.livekit, self.agent
        share = Share(calls=self.telephony.concurrent_calls, regions=len(self.regions), zones=len(self.aks.zones))
        carried = {
            "freeswitch": calls_by(
                freeswitch.cpu, freeswitch.calls_per_cpu, self.telephony.rtp_ports.count, LEGS_IN_FREESWITCH
            ),
            "livekit-sip": calls_by(bridge.cpu, bridge.calls_per_cpu, livekit_sip_ports()),
            "livekit": calls_by(livekit.cpu, livekit.calls_per_cpu),
            "voice-agent": calls_by(agent.cpu, agent.calls_per_cpu),
        }
        if freeswitch.bridge == "livekit":
            # LiveKit SIP does not refuse calls by itself: the FreeSWITCH of its node bounds them for both.
            carried |= dict.fromkeys(
                ("freeswitch", "livekit-sip"), weakest({name: carried[name] for name in ("freeswitch", "livekit-sip")})
            )
        pods = {
            name: (spread_pods_needed if name == "voice-agent" else pods_needed)(name, calls, share, limit)
            for name, (calls, limit) in carried.items()
        }
        return Capacity(share=share, pods=pods)

    @property
    def all_tags(self) -> dict[str, str]:
        """The stack's tags and those that say where a resource belongs, sorted by key."""
        own = {"environment": self.environment, "managed-by": "pulumi"}
        return dict(sorted({**own, **self.tags}.items()))
