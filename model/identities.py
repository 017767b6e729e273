"""The accounts in the cluster that have an identity in Azure: those of workloads and those of controllers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from model.features import Feature, features
from model.kubernetes import ADDON_NAMESPACE, SYSTEM
from model.permissions import DnsZone, WorkloadAccount
from model.workloads import instances
from settings.schema.aks_stack import AksStackSettings

CONTROLLER_ACCOUNTS: Final[Mapping[Feature, WorkloadAccount]] = {
    Feature.PUBLIC_CERTIFICATES: WorkloadAccount(
        name="cert-manager",
        namespace=SYSTEM.name,
        dns_zones=(DnsZone.ENVIRONMENT, DnsZone.REGION),
    ),
    Feature.AUTOMATIC_DNS: WorkloadAccount(
        name="external-dns",
        namespace=SYSTEM.name,
        dns_zones=(DnsZone.REGION,),
        lists_dns_zones=True,
    ),
    Feature.CERTIFICATE_COPY: WorkloadAccount(
        name="external-secrets",
        namespace=SYSTEM.name,
        writes_certificates=True,
    ),
    Feature.SCALING_ON_MANAGED_METRICS: WorkloadAccount(
        name="keda-operator",
        namespace=ADDON_NAMESPACE,
        reads_metrics=True,
    ),
    Feature.AZURE_TRACES: WorkloadAccount(
        name="opentelemetry-collector",
        namespace=SYSTEM.name,
        writes_traces=True,
    ),
}
"""The accounts of controllers, each with the optional part that needs it. Their ServiceAccounts come with their charts,
KEDA's with AKS.
"""


def workload_accounts(settings: AksStackSettings) -> tuple[WorkloadAccount, ...]:
    """Returns the ServiceAccounts of the stack that have an identity in Azure."""
    enabled = features(settings)
    controllers = (account for feature, account in CONTROLLER_ACCOUNTS.items() if feature in enabled)
    return (*(instance.account for instance in instances(settings)), *controllers)
