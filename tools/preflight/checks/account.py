"""Tenant, subscription, and the principal that is signed in.

Response: Azure/azure-rest-api-specs, Microsoft.Resources/stable/2022-12-01/examples/GetSubscription.json.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from settings.schema.aks_stack import AksStackSettings
from tools.preflight.client import Refused
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result
from tools.preflight.sign_in import Principal, uses_azure_cli


def unreadable_subscription(settings: AksStackSettings, principal: Principal, refused: Refused) -> Finding:
    """The only finding if the principal cannot read the subscription: no other check is possible."""
    subscription = settings.azure.subscription_id
    return Finding(
        code="subscription-not-readable",
        wrong=f"Principal {principal.object_id} of tenant {principal.tenant_id} cannot read subscription"
        f" {subscription} ({refused}).",
        expected=f"the subscription `voice:azure.subscriptionId`, in tenant {settings.azure.tenant_id}",
        fix="Sign in to that tenant with a principal that has a role on the subscription, or correct `voice:azure`.",
        command=f"az login --tenant {settings.azure.tenant_id} && az account set --subscription {subscription}",
    )


def _check(facts: Facts) -> Iterator[Result]:
    yield from _tenant(facts)
    yield from _subscription(facts)
    yield from _principal(facts)


def _tenant(facts: Facts) -> Iterator[Result]:
    tenant, wanted = str(facts.subscription.get("tenantId", "")), facts.settings.azure.tenant_id
    if tenant.lower() != wanted:
        yield Finding(
            code="wrong-tenant",
            wrong=f"Subscription {facts.settings.azure.subscription_id} belongs to tenant {tenant}.",
            expected=f"tenant {wanted}, the setting `voice:azure.tenantId`",
            fix="Correct the setting, or the subscription next to it.",
            command=f"pulumi config set --stack {facts.stack} --path voice:azure.tenantId {tenant}",
        )


def _subscription(facts: Facts) -> Iterator[Result]:
    wanted, state = facts.settings.azure.subscription_id, facts.subscription.get("state")
    if state != "Enabled":
        yield Finding(
            code="subscription-not-enabled",
            wrong=f"Subscription {wanted} has the state {state}.",
            expected="Enabled: Azure creates nothing in a subscription of another state",
            fix="Reactivate the subscription in the Azure portal (Subscriptions), or ask its owner.",
            command=f"az account show --subscription {wanted} --query state",
        )
    active = _active_subscription(facts)
    if active and active.lower() != wanted:
        by_variable = "ARM_SUBSCRIPTION_ID" in facts.environment
        yield Finding(
            code="wrong-subscription",
            wrong=f"`pulumi up` would use subscription {active}"
            f" ({'ARM_SUBSCRIPTION_ID' if by_variable else 'the default of the Azure CLI'}).",
            expected=f"subscription {wanted}, the setting `voice:azure.subscriptionId`",
            fix="Select that subscription.",
            command=f"export ARM_SUBSCRIPTION_ID={wanted}"
            if by_variable
            else f"az account set --subscription {wanted}",
        )


def _active_subscription(facts: Facts) -> str:
    """The subscription that the azure-native provider would use; empty if unknown."""
    if facts.environment.get("ARM_SUBSCRIPTION_ID"):
        return facts.environment["ARM_SUBSCRIPTION_ID"]
    az = shutil.which("az", path=facts.environment.get("PATH", ""))
    if facts.azure.simulated or az is None or not uses_azure_cli(facts.environment):
        return ""
    shown = subprocess.run(
        [az, "account", "show", "--query", "id", "--output", "tsv"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return shown.stdout.strip()


def _principal(facts: Facts) -> Iterator[Result]:
    deployer, signed_in = facts.settings.deployer, facts.principal
    if deployer.principal_type == "Group":
        if not signed_in.groups:
            yield Note(
                code="group-not-verified",
                text=f"`voice:deployer` is the group {deployer.principal_id}. The token lists no groups: verify"
                f" that {signed_in.object_id} is a member.",
            )
            return
        if deployer.principal_id in signed_in.groups:
            return
    elif signed_in.object_id.lower() == deployer.principal_id:
        return
    yield Finding(
        code="wrong-principal",
        wrong=f"The signed-in principal is {signed_in.object_id}.",
        expected=f"{deployer.principal_id}, the setting `voice:deployer.principalId`, which gets access to the cluster",
        fix="Sign in as the deployer, or enter the id of the principal that runs `pulumi up`.",
        command=f"pulumi config set --stack {facts.stack} --path voice:deployer.principalId {signed_in.object_id}",
    )


CHECK = Check(name="tenant, subscription and principal", run=_check)
