"""Rules for clusters: identity, names, version, security, autoscaler, tier, add-ons, deletion."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import Deletion, Request, get_path
from azure_rehearsal.azure.services.containerservice import kubernetes_versions
from azure_rehearsal.azure.services.containerservice.common import inline_pools, invalid, pools_of
from azure_rehearsal.protocol.provider import Refused

IMAGE_CLEANER_HOURS: Final = range(24, 2161)
"""One day to three months: AKS documentation of the image cleaner."""

ADDONS: Final = frozenset(
    name.lower()
    for name in (
        "azureKeyvaultSecretsProvider",
        "azurepolicy",
        "omsagent",
        "ingressApplicationGateway",
        "aciConnectorLinux",
        "ACCSGXDevicePlugin",
        "gitops",
        "extensionManager",
    )
)

RETIRED_ADDONS: Final = frozenset({"kubedashboard", "httpapplicationrouting"})
"""Add-ons that new Kubernetes versions do not have: learn.microsoft.com/azure/aks/integrations, 2025-03."""

PAID_TIERS: Final = ("standard", "premium")
_DNS_PREFIX: Final = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?")
_DURATION: Final = re.compile(r"\d+(\.\d+)?(s|m|h)")

_DURATIONS: Final = (
    "maxNodeProvisionTime",
    "newPodScaleUpDelay",
    "scaleDownDelayAfterAdd",
    "scaleDownDelayAfterDelete",
    "scaleDownDelayAfterFailure",
    "scaleDownUnneededTime",
    "scaleDownUnreadyTime",
    "scanInterval",
)

_NUMBERS: Final = (
    "maxEmptyBulkDelete",
    "maxGracefulTerminationSec",
    "maxTotalUnreadyPercentage",
    "okTotalUnreadyCount",
)

_BOOLEANS: Final = ("balanceSimilarNodeGroups", "skipNodesWithLocalStorage", "skipNodesWithSystemPods")


def node_group_id(request: Request) -> str:
    """The id of the node resource group, which AKS creates."""
    group = arm_ids.resource_group(request.id)
    name = request.get("nodeResourceGroup") or f"MC_{group}_{request.name}_{request.location}"
    return f"{request.client.subscription}/resourceGroups/{name}"


def has_service_principal(request: Request) -> bool:
    """Whether the cluster runs as a service principal; `msi` stands for a managed identity."""
    return str(request.get("servicePrincipalProfile.clientId", "msi")).lower() != "msi"


def refuse_identity(request: Request) -> None:
    """Requires a system-assigned identity, exactly one user-assigned identity, or a service principal."""
    kind, identities = request.get("identity.type"), request.get("identity.userAssignedIdentities", [])
    if kind is None and has_service_principal(request):
        if request.get("servicePrincipalProfile.secret") is None:
            raise invalid(
                "servicePrincipalProfile.secret",
                "it is missing although clientId names a service principal.",
                "set the secret, or use a managed identity",
            )
        return
    if kind is None:
        raise Refused(
            "InvalidParameter",
            f"Required parameter identity is missing (null). Cluster: {request.id}.",
            "set identity.type to UserAssigned or SystemAssigned",
        )
    if (kind == "UserAssigned") != (len(identities) == 1) or (kind != "UserAssigned" and identities):
        raise invalid(
            "identity.userAssignedIdentities",
            f"identity.type {kind} with {len(identities)} user-assigned identities.",
            "set exactly one user-assigned identity for UserAssigned, and none for other types",
        )


def refuse_names(request: Request) -> None:
    """Refuses invalid DNS prefixes and subdomains, and a node resource group that exists."""
    prefix, subdomain = request.get("dnsPrefix"), request.get("fqdnSubdomain")
    if (prefix is None) == (subdomain is None):
        raise invalid("dnsPrefix", f"dnsPrefix is {prefix}, fqdnSubdomain is {subdomain}.", "set exactly one of them")
    if prefix is not None and not _DNS_PREFIX.fullmatch(prefix):
        raise invalid(
            "dnsPrefix",
            f"'{prefix}' is not a DNS prefix.",
            "use up to 54 letters, digits and hyphens; begin and end with a letter or digit",
        )
    zone = str(request.get("apiServerAccessProfile.privateDNSZone", ""))
    if subdomain is not None and "/" not in zone:
        raise invalid(
            "fqdnSubdomain",
            f"'{subdomain}' requires a private cluster with a custom private DNS zone.",
            "use dnsPrefix",
        )
    group = node_group_id(request)
    if arm_ids.same(group, arm_ids.resource_group_id(request.id)):
        raise Refused(
            "NodeResourceGroupSameAsResourceGroup",
            f"The node resource group {arm_ids.name(group)} is the cluster's own resource group.",
            "choose another name",
        )
    if len(arm_ids.name(group)) > 80:
        raise invalid("nodeResourceGroup", f"'{arm_ids.name(group)}' has more than 80 characters.", "set a shorter one")
    if request.old is None and request.cloud.get(group) is not None:
        raise Refused(
            "NodeResourceGroupAlreadyExists",
            f"The node resource group {arm_ids.name(group)} already exists.",
            "choose another name; AKS creates the group",
        )


def refuse_version(request: Request) -> None:
    """Refuses retired versions, and upgrades by more than one minor version."""
    running = request.previous("currentKubernetesVersion")
    if request.get("kubernetesVersion"):
        kubernetes_versions.check_offer(request, request.get("kubernetesVersion"))
    version = version_of(request)
    if running:
        kubernetes_versions.refuse_change(running, version)


def refuse_partial_versions(request: Request) -> None:
    """Refuses an upgrade of the control plane that names the versions of some pools only.

    Pools with a resource of their own count, although the request does not contain them. Quoted from Azure in
    pulumi-azure-native#2094 and terraform-provider-azurerm#23436; Azure/ARO-HCP#662 has separate pools.
    """
    wanted = {str(pool.get("name")): pool.get("orchestratorVersion") for pool in inline_pools(request)}
    if request.old is None or version_of(request) == request.previous("currentKubernetesVersion"):
        return
    running = {
        arm_ids.name(pool.id): pool.properties.get("currentOrchestratorVersion")
        for pool in pools_of(request.cloud, request.id)
    }
    allowed = (None, version_of(request), request.get("kubernetesVersion"))
    changed = [name for name, version in wanted.items() if version not in (*allowed, running.get(name))]
    named = [name for name, version in wanted.items() if version]
    if named and (changed or {*running, *wanted} - {*named}):
        raise Refused(
            "NotAllAgentPoolOrchestratorVersionSpecifiedAndUnchanged",
            "Using managed cluster api, all Agent pools' OrchestratorVersion must be all specified or all unspecified. "
            "If all specified, they must be stay unchanged or the same with control plane. For agent pool specific "
            f"change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api. {request.id} names "
            f"versions of {', '.join(named)}; its pools are {', '.join(sorted({*running, *wanted}))}.",
            "remove orchestratorVersion from agentPoolProfiles, and set it on the pools with a resource of their own",
        )


def version_of(request: Request) -> str:
    """The cluster's full version after this write."""
    running = request.previous("currentKubernetesVersion")
    return kubernetes_versions.resolve(
        request.get("kubernetesVersion") or running or kubernetes_versions.DEFAULT_VERSION, running
    )


def refuse_pools(request: Request) -> None:
    """Requires distinct pool names and at least one System pool."""
    names = [str(pool.get("name")) for pool in inline_pools(request)]
    for name in names:
        if names.count(name) > 1:
            raise invalid(
                "agentPoolProfiles.name", f"'{name}' is used by {names.count(name)} pools.", "use distinct names"
            )
    others = [item.properties for item in pools_of(request.cloud, request.id) if arm_ids.name(item.id) not in names]
    if not any(pool.get("mode") == "System" for pool in [*inline_pools(request), *others]):
        raise Refused(
            "MustDefineAtLeastOneSystemPool",
            f"Must define at least one system pool. Cluster {request.id} has none.",
            "set mode System on one pool",
        )


def refuse_security(request: Request) -> None:
    """Refuses contradicting settings of OIDC issuer, workload identity, image cleaner and Entra."""
    oidc = request.get("oidcIssuerProfile.enabled")
    if request.get("securityProfile.workloadIdentity.enabled") and oidc is False:
        raise invalid(
            "securityProfile.workloadIdentity",
            "the OIDC issuer must be enabled if workload identity is enabled.",
            "set oidcIssuerProfile.enabled",
        )
    if request.previous("oidcIssuerProfile.enabled") and oidc is False:
        raise Refused(
            "OIDCIssuerCannotBeDisabled",
            "The OIDC issuer cannot be disabled once it is enabled.",
            "keep oidcIssuerProfile.enabled",
        )
    hours = request.get("securityProfile.imageCleaner.intervalHours")
    if request.get("securityProfile.imageCleaner.enabled") and hours not in IMAGE_CLEANER_HOURS:
        raise invalid(
            "securityProfile.imageCleaner.intervalHours",
            f"it is {hours}.",
            f"use {IMAGE_CLEANER_HOURS.start} to {IMAGE_CLEANER_HOURS.stop - 1} hours",
        )
    is_managed = request.get("aadProfile.managed")
    if request.get("disableLocalAccounts") and not is_managed:
        raise invalid(
            "disableLocalAccounts",
            "disableLocalAccounts can only be set for clusters with Microsoft Entra integration.",
            "set aadProfile.managed",
        )
    if request.get("aadProfile.enableAzureRBAC") and not is_managed:
        raise invalid("aadProfile.enableAzureRBAC", "it needs aadProfile.managed.", "set aadProfile.managed")
    for group in request.get("aadProfile.adminGroupObjectIDs", []):
        try:
            uuid.UUID(group)
        except ValueError:
            raise Refused(
                "InvalidAdminGroupObjectID",
                f"aadProfile.adminGroupObjectIDs has '{group}', which is not an object id.",
                "use the GUID of the group",
            ) from None


def refuse_autoscaler(request: Request) -> None:
    """Refuses autoscaler profile values that the autoscaler cannot parse."""
    profile: dict[str, Any] = request.get("autoScalerProfile", {})
    faults = [
        *(key for key in _DURATIONS if key in profile and not _DURATION.fullmatch(str(profile[key]))),
        *(key for key in _NUMBERS if key in profile and not str(profile[key]).isdigit()),
        *(key for key in _BOOLEANS if key in profile and str(profile[key]) not in ("true", "false")),
    ]
    threshold = str(profile.get("scaleDownUtilizationThreshold", "0.5"))
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", threshold):
        faults.append("scaleDownUtilizationThreshold")
    if faults:
        raise invalid(
            f"autoScalerProfile.{faults[0]}",
            f"it is '{profile[faults[0]]}'.",
            "use strings: durations such as '10m', whole numbers such as '600', 'true' or 'false', a threshold from "
            "'0' to '1'",
        )


def refuse_tier(request: Request) -> None:
    """Refuses features of the paid tiers in the free tier."""
    tier = str(request.get("sku.tier", "Free")).lower()
    if request.get("metricsProfile.costAnalysis.enabled") and tier not in PAID_TIERS:
        raise invalid(
            "metricsProfile.costAnalysis",
            f"it needs sku.tier Standard or Premium, it is {tier}.",
            "use a higher sku.tier",
        )
    if request.get("supportPlan") == "AKSLongTermSupport" and tier != "premium":
        raise invalid(
            "supportPlan", f"AKSLongTermSupport needs sku.tier Premium, it is {tier}.", "use a higher sku.tier"
        )


def refuse_addons(request: Request) -> None:
    """Refuses retired add-ons, and add-ons without their required configuration."""
    for name, addon in request.get("addonProfiles", {}).items():
        if name.lower() in RETIRED_ADDONS and addon.get("enabled"):
            raise Refused(
                "AddonInvalid",
                f"Addon '{name}' of {request.id} is not supported.",
                f"use one of {', '.join(sorted(ADDONS))}",
            )
        if name.lower() not in ADDONS | RETIRED_ADDONS:
            request.warn_unknown("AKS add-on", name)
        workspace = {key.lower() for key in addon.get("config") or {}} & {"loganalyticsworkspaceresourceid"}
        if name.lower() == "omsagent" and addon.get("enabled") and not workspace:
            raise Refused(
                "LogAnalyticsWorkspaceNotSet",
                f"Addon omsagent of {request.id} has no logAnalyticsWorkspaceResourceID.",
                "set it in the add-on's config",
            )


def refuse_incomplete_delete(deletion: Deletion) -> None:
    """Refuses to delete a private cluster after its identity or DNS zone is gone (Azure/AKS#2121)."""
    properties = deletion.record.inputs
    if not get_path(properties, "apiServerAccessProfile.enablePrivateCluster"):
        return
    zone = str(get_path(properties, "apiServerAccessProfile.privateDNSZone", ""))
    needed = [
        *(
            ("GetUserAssignedIdentityResourceError", id)
            for id in get_path(properties, "identity.userAssignedIdentities") or []
        ),
        *((("PrivateDNSZoneResourceNotFoundError", zone),) if "/" in zone else ()),
    ]
    for code, id in needed:
        if deletion.cloud.get(id) is None:
            raise Refused(
                code,
                f"Cluster {deletion.record.id} cannot be deleted: {id}, which it was created with, was not found.",
                "delete the cluster before its identity and its DNS zone",
            )
