"""Who in the cluster may read and write what: one table, used for Azure's roles and for the pods alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from model import secrets
from settings.schema.aks_stack import AksStackSettings


class Container(StrEnum):
    """The blob containers of a region's storage account."""

    CONVERSATIONS = "conversations"
    UPLOADS = "uploads"
    RECORDINGS = "recordings"
    BACKUPS = "backups"


REDIS_EXPORTS: Final = f"{Container.BACKUPS}/redis"
"""Container and folder of the daily exports of Redis."""


class Feature(StrEnum):
    """A part that a stack may do without, and its identity with it."""

    PUBLIC_CERTIFICATES = "public certificates"
    CERTIFICATE_COPY = "certificate copy"
    AUTOMATIC_DNS = "automatic dns"
    SCALING_ON_MANAGED_METRICS = "scaling on managed metrics"
    AZURE_TRACES = "azure traces"
    AGENT_WATCH = "agent watch"


class DnsZone(StrEnum):
    """A public zone that an account writes records in."""

    ENVIRONMENT = "environment"
    REGION = "region"


GIVEN_SECRETS: Final = "voice:secrets"
"""Stands in the table for every secret that the stack file gives."""


@dataclass(frozen=True, kw_only=True)
class WorkloadAccount:
    """A Kubernetes ServiceAccount with an identity in Azure, and the least that it needs.

    `secrets` are names in the vault, `containers` those it writes to, `redis` and `database_administrator` whether it
    signs in there with its identity. `dns_zones` are the public zones it writes records in, `lists_dns_zones`
    whether it finds the region's in a list of them all; `reads_metrics`, `writes_traces` and `writes_certificates`
    whether it may do that in the region's stores and vault. An account with a `feature` exists only where the stack
    asks for that.
    """

    name: str
    namespace: str
    secrets: tuple[str, ...] = ()
    containers: tuple[Container, ...] = ()
    redis: bool = False
    database_administrator: bool = False
    dns_zones: tuple[DnsZone, ...] = ()
    lists_dns_zones: bool = False
    reads_metrics: bool = False
    writes_traces: bool = False
    writes_certificates: bool = False
    feature: Feature | None = None

    @property
    def subject(self) -> str:
        """What Kubernetes writes into the account's tokens."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    def reads(self, given: Sequence[str]) -> tuple[str, ...]:
        """The secrets that it reads, where the stack file gives these."""
        found = [name for secret in self.secrets for name in (given if secret == GIVEN_SECRETS else (secret,))]
        return tuple(sorted(set(found)))


_LIVEKIT_KEYS: Final = (secrets.LIVEKIT_API_KEY.name, secrets.LIVEKIT_API_SECRET.name)

WORKLOAD_ACCOUNTS: Final = (
    WorkloadAccount(name="sip-edge", namespace="voice-edge", secrets=(GIVEN_SECRETS,)),
    WorkloadAccount(
        name="freeswitch",
        namespace="voice-media",
        secrets=(secrets.EVENT_SOCKET_PASSWORD.name, secrets.CALL_TOKEN_KEY.name, GIVEN_SECRETS),
        containers=(Container.RECORDINGS,),
    ),
    WorkloadAccount(name="livekit", namespace="voice-media", secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD)),
    WorkloadAccount(name="livekit-sip", namespace="voice-media", secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD)),
    WorkloadAccount(
        name="livekit-egress",
        namespace="voice-agents",
        secrets=(*_LIVEKIT_KEYS, secrets.REDIS_PASSWORD, secrets.EGRESS_STORAGE_KEY),
    ),
    WorkloadAccount(
        name="voice-agent",
        namespace="voice-agents",
        secrets=(*_LIVEKIT_KEYS, secrets.CALL_TOKEN_KEY.name, secrets.JWT_SIGNING_KEY.name, GIVEN_SECRETS),
        containers=(Container.CONVERSATIONS, Container.UPLOADS),
        redis=True,
    ),
    WorkloadAccount(name="agent-watch", namespace="voice-agents", secrets=_LIVEKIT_KEYS, feature=Feature.AGENT_WATCH),
    WorkloadAccount(
        name="database-jobs",
        namespace="voice-system",
        containers=(Container.BACKUPS,),
        redis=True,
        database_administrator=True,
    ),
    # Controllers. Their ServiceAccounts come with their charts, KEDA's with AKS.
    WorkloadAccount(
        name="cert-manager",
        namespace="voice-system",
        dns_zones=(DnsZone.ENVIRONMENT, DnsZone.REGION),
        feature=Feature.PUBLIC_CERTIFICATES,
    ),
    WorkloadAccount(
        name="external-dns",
        namespace="voice-system",
        dns_zones=(DnsZone.REGION,),
        lists_dns_zones=True,
        feature=Feature.AUTOMATIC_DNS,
    ),
    WorkloadAccount(
        name="external-secrets",
        namespace="voice-system",
        writes_certificates=True,
        feature=Feature.CERTIFICATE_COPY,
    ),
    WorkloadAccount(
        name="keda-operator",
        namespace="kube-system",
        reads_metrics=True,
        feature=Feature.SCALING_ON_MANAGED_METRICS,
    ),
    WorkloadAccount(
        name="opentelemetry-collector",
        namespace="voice-system",
        writes_traces=True,
        feature=Feature.AZURE_TRACES,
    ),
)


def account(name: str) -> WorkloadAccount:
    """The account of this name. Raises `KeyError`."""
    return {known.name: known for known in WORKLOAD_ACCOUNTS}[name]


def features(settings: AksStackSettings) -> frozenset[Feature]:
    """Returns the optional parts that the stack enables and that need an identity."""
    enabled = {
        Feature.PUBLIC_CERTIFICATES: settings.certificates.directory is not None,
        Feature.CERTIFICATE_COPY: settings.certificates.copy_to_key_vault,
        Feature.AUTOMATIC_DNS: settings.dns.automatic,
        Feature.SCALING_ON_MANAGED_METRICS: settings.scaling.enabled and settings.metrics.backend == "managed",
        Feature.AZURE_TRACES: "applicationInsights" in settings.tracing.exporters,
        Feature.AGENT_WATCH: settings.agent_watch.enabled,
    }
    return frozenset(feature for feature, wanted in enabled.items() if wanted)


def workload_accounts(settings: AksStackSettings) -> tuple[WorkloadAccount, ...]:
    """Returns the ServiceAccounts of the stack that have an identity in Azure."""
    enabled = features(settings)
    return tuple(a for a in WORKLOAD_ACCOUNTS if a.feature is None or a.feature in enabled)
