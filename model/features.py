"""Optional parts of the platform that need an identity in Azure."""

from __future__ import annotations

from enum import StrEnum

from settings.schema.aks_stack import AksStackSettings


class Feature(StrEnum):
    """An optional part. Its identity exists only in stacks that enable it."""

    PUBLIC_CERTIFICATES = "public certificates"
    CERTIFICATE_COPY = "certificate copy"
    AUTOMATIC_DNS = "automatic dns"
    SCALING_ON_MANAGED_METRICS = "scaling on managed metrics"
    AZURE_TRACES = "azure traces"


def features(settings: AksStackSettings) -> frozenset[Feature]:
    """Returns the optional parts that the stack enables."""
    enabled = {
        Feature.PUBLIC_CERTIFICATES: settings.certificates.directory is not None,
        Feature.CERTIFICATE_COPY: settings.certificates.copy_to_key_vault,
        Feature.AUTOMATIC_DNS: settings.dns.automatic,
        Feature.SCALING_ON_MANAGED_METRICS: settings.scaling.enabled and settings.metrics.backend == "managed",
        Feature.AZURE_TRACES: "applicationInsights" in settings.tracing.exporters,
    }
    return frozenset(feature for feature, wanted in enabled.items() if wanted)
