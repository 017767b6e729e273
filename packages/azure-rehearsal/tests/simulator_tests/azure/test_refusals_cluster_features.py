"""AKS's refusals of clusters: security, autoscaler, tier, add-ons, maintenance windows."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.cluster_setup import access, maintenance, refused_cluster, refused_edit
from simulator_tests.azure.harness import AzureHarness, Case, Deployed, refused


def private_cluster(azure: AzureHarness) -> Deployed:
    return azure.cluster(**access(enablePrivateCluster=True))


CASES: Final = [
    # Security, autoscaler, tier, add-ons
    refused_cluster(
        "workload identity without an issuer",
        "InvalidParameter",
        "OIDC issuer must be enabled",
        changes={
            "oidcIssuerProfile": {"enabled": False},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
        },
    ),
    refused_edit(
        "a disabled issuer",
        "OIDCIssuerCannotBeDisabled",
        "cannot be disabled",
        changes={"oidcIssuerProfile": {"enabled": False}},
    ),
    refused_cluster(
        "an image cleaner every hour",
        "InvalidParameter",
        "imageCleaner.intervalHours",
        "24 to 2160",
        changes={"securityProfile": {"imageCleaner": {"enabled": True, "intervalHours": 1}}},
    ),
    refused_cluster(
        "an image cleaner without interval",
        "InvalidParameter",
        "imageCleaner.intervalHours",
        changes={"securityProfile": {"imageCleaner": {"enabled": True}}},
    ),
    refused_cluster(
        "no local accounts and no Entra",
        "InvalidParameter",
        "disableLocalAccounts",
        changes={"disableLocalAccounts": True},
    ),
    refused_cluster(
        "Azure RBAC without Entra",
        "InvalidParameter",
        "aadProfile.enableAzureRBAC",
        changes={"aadProfile": {"enableAzureRBAC": True}},
    ),
    refused_cluster(
        "an admin group by name",
        "InvalidAdminGroupObjectID",
        "'platform-team'",
        changes={"aadProfile": {"managed": True, "adminGroupObjectIDs": ["platform-team"]}},
    ),
    refused_cluster(
        "an autoscaler delay without unit",
        "InvalidParameter",
        "autoScalerProfile.scaleDownDelayAfterAdd",
        "'10'",
        "strings",
        changes={"autoScalerProfile": {"scaleDownDelayAfterAdd": "10"}},
    ),
    refused_cluster(
        "an invalid autoscaler number",
        "InvalidParameter",
        "autoScalerProfile.maxGracefulTerminationSec",
        changes={"autoScalerProfile": {"maxGracefulTerminationSec": "10m"}},
    ),
    refused_cluster(
        "an invalid autoscaler boolean",
        "InvalidParameter",
        "autoScalerProfile.skipNodesWithSystemPods",
        changes={"autoScalerProfile": {"skipNodesWithSystemPods": "yes"}},
    ),
    refused_cluster(
        "an autoscaler threshold above one",
        "InvalidParameter",
        "autoScalerProfile.scaleDownUtilizationThreshold",
        changes={"autoScalerProfile": {"scaleDownUtilizationThreshold": "1.5"}},
    ),
    refused_cluster(
        "cost analysis in the free tier",
        "InvalidParameter",
        "metricsProfile.costAnalysis",
        changes={"metricsProfile": {"costAnalysis": {"enabled": True}}},
    ),
    refused_cluster(
        "long-term support in the standard tier",
        "InvalidParameter",
        "supportPlan",
        changes={"supportPlan": "AKSLongTermSupport", "sku": {"name": "Base", "tier": "Standard"}},
    ),
    refused_cluster(
        "an unknown add-on",
        "AddonInvalid",
        "'kubeDashboard'",
        changes={"addonProfiles": {"kubeDashboard": {"enabled": True}}},
    ),
    refused_cluster(
        "container insights without a workspace",
        "LogAnalyticsWorkspaceNotSet",
        "omsagent",
        changes={"addonProfiles": {"omsagent": {"enabled": True}}},
    ),
    Case(
        "containerservice:ManagedCluster",
        "the deletion of a private cluster after its identity",
        lambda azure: (azure.delete(azure["id-cluster"]), azure.delete(azure["aks"])),
        "GetUserAssignedIdentityResourceError",
        ("id-cluster", "delete the cluster before its identity"),
        setup=private_cluster,
    ),
    # Maintenance
    Case(
        "containerservice:MaintenanceConfiguration",
        "an unknown configuration name",
        lambda azure: maintenance(azure, "sundays"),
        "InvalidParameter",
        ("'sundays'", "aksManagedNodeOSUpgradeSchedule"),
        setup=AzureHarness.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "no window",
        lambda azure: maintenance(azure, maintenanceWindow=None),
        "InvalidParameter",
        ("maintenanceWindow",),
        setup=AzureHarness.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a window together with timeInWeek",
        lambda azure: maintenance(azure, timeInWeek=[{"day": "Sunday", "hourSlots": [2]}]),
        "InvalidParameter",
        ("both maintenanceWindow and timeInWeek",),
        setup=AzureHarness.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "two schedules",
        lambda azure: maintenance(azure, maintenanceWindow={"schedule": {"daily": {"intervalDays": 1}}}),
        "InvalidParameter",
        ("daily and weekly", "exactly one"),
        setup=AzureHarness.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a daily default window",
        lambda azure: maintenance(
            azure, "default", maintenanceWindow={"schedule": {"weekly": None, "daily": {"intervalDays": 1}}}
        ),
        "InvalidParameter",
        ("'default' cannot have a daily schedule",),
        setup=AzureHarness.cluster,
    ),
    Case(
        "containerservice:MaintenanceConfiguration",
        "a cluster that does not exist",
        maintenance,
        "ParentResourceNotFound",
        ("managedClusters/maintenanceConfigurations", "aks-shop"),
        setup=AzureHarness.group,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
