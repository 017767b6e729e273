"""Refusals of a write that depend on the subscription: unregistered providers, policies, quotas.

Sources of the texts: MissingSubscriptionRegistration from Azure/OpenShift#21, and for microsoft.insights from
pulumi-azure-native#3479; RequestDisallowedByPolicy from learn, troubleshooting/error-policy-requestdisallowedbypolicy;
QuotaExceeded of clusters from public logs of `az aks create`; the limit of addresses from learn, AKS troubleshooting
(PublicIPCountLimitReached), with the code that Azure has for the Standard SKU.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.quota_usage import Usage, usage_in, used
from azure_rehearsal.azure.core.rules import Request, normal_location
from azure_rehearsal.azure.core.subscription import DenyPolicy, canonical_namespace
from azure_rehearsal.azure.data.quotas import BY_KEY, CORES, NETWORK, PUBLIC_ADDRESSES, SPOT_CORES, Quota
from azure_rehearsal.azure.data.resource_providers import ALSO_REQUIRED
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP
from azure_rehearsal.protocol.provider import Refused

UNREGISTERED: Final = "MissingSubscriptionRegistration"
_INSIGHTS: Final = "microsoft.insights"


def register_command(namespace: str) -> str:
    """The command that registers a resource provider."""
    return f"az provider register --namespace {canonical_namespace(namespace)} --wait"


def unregistered(namespace: str, subscription_id: str) -> Refused:
    """The refusal of a request to a resource provider that is not registered."""
    name = canonical_namespace(namespace)
    message = (
        f"The subscription '{subscription_id}' is not registered to use {name}."
        if name == _INSIGHTS
        else f"The subscription is not registered to use namespace '{name}'. See https://aka.ms/rps-not-found for how "
        "to register subscriptions."
    )
    return Refused(UNREGISTERED, message, f"register it once for the subscription with `{register_command(name)}`")


def refuse_unregistered(request: Request) -> None:
    """Refuses a write whose resource provider, or one that its service needs, is not registered."""
    facts = request.cloud.subscription
    kind = arm_ids.kind(request.id)
    for namespace in (kind.split("/")[0], *ALSO_REQUIRED.get(kind.lower(), ())):
        if not facts.is_registered(namespace):
            raise unregistered(namespace, request.client.subscription_id)


def refuse_by_policy(request: Request) -> None:
    """Refuses a write that a policy of the subscription denies."""
    for policy in request.cloud.subscription.policies:
        if _denies(policy, request):
            raise Refused(
                "RequestDisallowedByPolicy",
                f"Resource '{request.name}' was disallowed by policy. Policy identifiers: '[{{\"policyAssignment\":"
                f'{{"name":"{policy.name}","id":"{request.client.subscription}/providers/Microsoft.Authorization/'
                f"policyAssignments/{policy.name}\"}}}}]'. Policy: {policy.effect} {', '.join(policy.values)}.",
                "change the settings so that they comply, or request an exemption from the policy's owner",
            )


def _denies(policy: DenyPolicy, request: Request) -> bool:
    values = {value.lower() for value in policy.values}
    if policy.effect == "not-allowed-types":
        return arm_ids.kind(request.id).lower() in values
    indexed = {"tags", "location"} <= request.type.schema.inputs.properties.keys()
    if not indexed or request.type.token == RESOURCE_GROUP.token:
        return False
    if policy.effect == "allowed-locations":
        return request.location != "global" and request.location not in values
    return not values <= {str(tag).lower() for tag in request.get("tags", {})}


def limited_usage(request: Request) -> dict[str, Usage]:
    """The use of quotas by location before a write; empty if no limit was set."""
    if not request.cloud.subscription.quotas:
        return {}
    locations = {normal_location(str(record.properties.get("location") or "")) for record in request.cloud}
    return {item: usage_in(request.cloud, item) for item in sorted({*locations, request.location} - {""})}


def refuse_exceeded_quota(request: Request, before: dict[str, Usage]) -> None:
    """Refuses a write after which a set limit is exceeded by more than before."""
    for location, earlier in before.items():
        later = usage_in(request.cloud, location)
        for key, limit in request.cloud.subscription.quotas.items():
            quota = BY_KEY[key]
            now, then = used(later, quota), used(earlier, quota)
            if now > limit and now > then:
                raise _exceeded(request, quota, location, limit, then, now)


def _exceeded(request: Request, quota: Quota, location: str, limit: int, then: int, now: int) -> Refused:
    remediation = f"request {now} of {quota.title} in {location} (portal: Quotas), or use less"
    if quota.namespace == NETWORK:
        code = (
            "IPv4StandardSkuPublicIpCountLimitReached"
            if quota.name == PUBLIC_ADDRESSES
            else "ResourceCountExceedsLimit"
        )
        return Refused(
            code,
            f"Cannot create more than {limit} {quota.title} for this subscription in this region ({location}). "
            f"{arm_ids.kind(request.id)} '{request.name}' needs {now - then} beside {then}.",
            remediation,
        )
    approved = {CORES: "Total Regional", SPOT_CORES: "Low Priority"}.get(quota.name, quota.name)
    return Refused(
        "QuotaExceeded",
        f"Provisioning of resource(s) for '{request.name}' in resource group {arm_ids.resource_group(request.id)} "
        "failed. Message: Operation could not be completed as it results in exceeding approved "
        f"{approved} Cores quota. "
        f"Additional details - Deployment Model: Resource Manager, Location: {location}, Current Limit: {limit}, "
        f"Current Usage: {then}, Additional Required: {now - then}, (Minimum) New Limit Required: {now}.",
        remediation,
    )
