"""Conditions on the stack file under which a flow or a workload exists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from model.features import Feature, features
from settings.schema.aks_stack import AksStackSettings


@dataclass(frozen=True)
class Condition:
    """A condition, as text for documents and as a function of the settings."""

    text: str
    holds: Callable[[AksStackSettings], bool]


ALWAYS: Final = Condition("", lambda _: True)
PUBLIC_CERTIFICATES: Final = Condition(
    "`certificates.issuer` is public", lambda settings: Feature.PUBLIC_CERTIFICATES in features(settings)
)
CERTIFICATE_COPY: Final = Condition(
    "`certificates.copyToKeyVault`", lambda settings: settings.certificates.copy_to_key_vault
)
AUTOMATIC_DNS: Final = Condition("`dns.automatic`", lambda settings: settings.dns.automatic)
TRACING: Final = Condition("`tracing.exporters` has any", lambda settings: bool(settings.tracing.exporters))
AZURE_TRACES: Final = Condition(
    "`tracing.exporters` has applicationInsights", lambda settings: Feature.AZURE_TRACES in features(settings)
)
JAEGER_TRACES: Final = Condition(
    "`tracing.exporters` has jaeger", lambda settings: "jaeger" in settings.tracing.exporters
)
OWN_METRICS: Final = Condition(
    "`metrics.backend` is inCluster", lambda settings: settings.metrics.backend == "inCluster"
)
SCALING_ON_OWN_METRICS: Final = Condition(
    f"{OWN_METRICS.text}, `scaling.enabled`",
    lambda settings: OWN_METRICS.holds(settings) and settings.scaling.enabled,
)
PRIVATE_EVENT_SOCKET: Final = Condition(
    "`freeswitch.eventSocket` is private", lambda settings: settings.freeswitch.event_socket == "private"
)
MANAGED_TRUNKS: Final = Condition("`livekitSip.manageTrunks`", lambda settings: settings.livekit_sip.manage_trunks)
GIT_OPS: Final = Condition("`delivery.gitOps`", lambda settings: settings.delivery.git_ops is not None)


def in_the_mesh(namespace: str) -> Condition:
    """The mesh covers a namespace."""
    return Condition(f"`mesh.namespaces` has {namespace}", lambda settings: namespace in settings.mesh.namespaces)
