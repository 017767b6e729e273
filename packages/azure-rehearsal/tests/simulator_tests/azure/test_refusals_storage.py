"""Azure's refusals of storage accounts, containers and management policies."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.makers.storage import (
    account,
    blob,
    blob_service,
    container,
    lifecycle,
    lifecycle_rule,
    website,
)


def with_account(azure: AzureHarness) -> None:
    azure.group()
    account(azure)


def zone_redundant(azure: AzureHarness) -> None:
    azure.group()
    account(azure, sku={"name": "Standard_ZRS"})


def by_last_access() -> dict[str, Any]:
    return lifecycle_rule(
        actions={
            "baseBlob": {
                "tierToCool": {"daysAfterLastAccessTimeGreaterThan": 30},
                "tierToArchive": None,
                "delete": None,
            }
        }
    )


CASES: Final = [
    Case(
        "storage:Blob",
        "a container that does not exist",
        blob,
        "ParentResourceNotFound",
        ("containers/reports",),
        setup=with_account,
    ),
    Case(
        "storage:StorageAccountStaticWebsite",
        "an account that does not exist",
        website,
        "ParentResourceNotFound",
        ("storageAccounts/stshop",),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "a name that another account has",
        lambda azure: (azure.group("rg-other"), account(azure, resourceGroupName="rg-other")),
        "StorageAccountAlreadyTaken",
        ("The storage account named stshop is already taken",),
        setup=with_account,
    ),
    Case(
        "storage:StorageAccount",
        "block blobs on standard disks",
        lambda azure: account(azure, kind="BlockBlobStorage", accessTier=None),
        "AccountPropertyIsInvalid",
        ("sku.name", "Premium"),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "a V2 SKU for blobs",
        lambda azure: account(azure, sku={"name": "StandardV2_LRS"}),
        "AccountPropertyIsInvalid",
        ("StandardV2_LRS", "FileStorage"),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "an access tier on premium disks",
        lambda azure: account(azure, sku={"name": "Premium_LRS"}),
        "AccountPropertyIsInvalid",
        ("accessTier",),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "blob storage without an access tier",
        lambda azure: account(azure, kind="BlobStorage", accessTier=None),
        "AccountPropertyIsInvalid",
        ("accessTier",),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "a change from geo to zone redundancy",
        lambda azure: azure.change(azure["stshop"], sku={"name": "Standard_ZRS"}),
        "AccountPropertyCannotBeUpdated",
        ("sku.name", "'Standard_GRS'", "'Standard_ZRS'"),
        setup=with_account,
    ),
    Case(
        "storage:StorageAccount",
        "a change of its kind",
        lambda azure: azure.change(azure["stshop"], kind="Storage", accessTier=None),
        "AccountPropertyCannotBeUpdated",
        ("'kind'", "'StorageV2'", "'Storage'"),
        setup=with_account,
    ),
    Case(
        "storage:StorageAccount",
        "infrastructure encryption after creation",
        lambda azure: azure.change(azure["stshop"], encryption={"requireInfrastructureEncryption": True}),
        "AccountPropertyCannotBeUpdated",
        ("encryption.requireInfrastructureEncryption",),
        setup=with_account,
    ),
    Case(
        "storage:StorageAccount",
        "a private address in its network rules",
        lambda azure: account(
            azure, networkRuleSet={"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "192.168.0.1"}]}
        ),
        "InvalidValuesForRequestParameters",
        ("networkAcls.ipRule[*].value", "192.168.0.1"),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "a single address with a prefix length",
        lambda azure: account(
            azure, networkRuleSet={"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "20.1.2.3/32"}]}
        ),
        "InvalidValuesForRequestParameters",
        ("20.1.2.3/32", "omit the prefix length"),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "an unknown bypass",
        lambda azure: account(azure, networkRuleSet={"defaultAction": "Deny", "bypass": "AzureServices, Anyone"}),
        "InvalidValuesForRequestParameters",
        ("networkAcls.bypass", "Anyone"),
        setup=AzureHarness.group,
    ),
    Case(
        "storage:StorageAccount",
        "a subnet without service endpoint",
        lambda azure: account(
            azure,
            networkRuleSet={
                "defaultAction": "Deny",
                "virtualNetworkRules": [{"virtualNetworkResourceId": azure["snet-nodes"].id}],
            },
        ),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("snet-nodes", "Microsoft.Storage"),
        setup=lambda azure: (azure.group(), azure.network(), azure.subnet()),
    ),
    Case(
        "storage:BlobServiceProperties",
        "a name other than default",
        lambda azure: blob_service(azure, blobServicesName="blobs"),
        "InvalidResourceName",
        ("has the name 'default'",),
        setup=with_account,
    ),
    Case(
        "storage:BlobServiceProperties",
        "versions in a hierarchical namespace",
        lambda azure: (azure.group(), account(azure, isHnsEnabled=True), blob_service(azure)),
        "InvalidRequestPropertyValue",
        ("isVersioningEnabled", "hierarchical namespace"),
    ),
    Case(
        "storage:BlobServiceProperties",
        "point-in-time restore without a change feed",
        lambda azure: blob_service(azure, restorePolicy={"enabled": True, "days": 6}),
        "InvalidRequestPropertyValue",
        ("restorePolicy", "changeFeed.enabled"),
        setup=with_account,
    ),
    Case(
        "storage:BlobContainer",
        "a name with capital letters",
        lambda azure: container(azure, "Recordings"),
        "InvalidResourceName",
        ("Recordings", "lower-case"),
        setup=with_account,
    ),
    Case(
        "storage:BlobContainer",
        "public access in an account without public access",
        lambda azure: container(azure, publicAccess="Blob"),
        "PublicAccessNotPermitted",
        ("Public access is not permitted on this storage account",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "a name other than default",
        lambda azure: lifecycle(azure, lifecycle_rule(), managementPolicyName="archive"),
        "InvalidResourceName",
        ("has the name 'default'",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "no rule",
        lifecycle,
        "InvalidRequestPropertyValue",
        ("0 rules",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "two rules with the same name",
        lambda azure: lifecycle(azure, lifecycle_rule(), lifecycle_rule()),
        "InvalidRequestPropertyValue",
        ("two rules are named 'reports'",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "an unknown blob type",
        lambda azure: lifecycle(azure, lifecycle_rule(filters={"blobTypes": ["pageBlob"]})),
        "InvalidRequestPropertyValue",
        ("pageblob", "blockBlob"),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "a prefix without a container",
        lambda azure: lifecycle(azure, lifecycle_rule(filters={"prefixMatch": ["/reports"]})),
        "InvalidRequestPropertyValue",
        ("/reports", "name of a container"),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "another tier for append blobs",
        lambda azure: lifecycle(azure, lifecycle_rule(filters={"blobTypes": ["appendBlob"]})),
        "InvalidRequestPropertyValue",
        ("append blobs support only delete",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "a rule without actions",
        lambda azure: lifecycle(azure, lifecycle_rule(actions={"baseBlob": None})),
        "InvalidRequestPropertyValue",
        ("at least one action",),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "an action without days",
        lambda azure: lifecycle(
            azure,
            lifecycle_rule(actions={"baseBlob": {"delete": {"daysAfterModificationGreaterThan": None}}}),
        ),
        "InvalidRequestPropertyValue",
        ("baseBlob.delete", "missing"),
        setup=with_account,
    ),
    Case(
        "storage:ManagementPolicy",
        "the archive tier of a zone redundant account",
        lambda azure: lifecycle(azure, lifecycle_rule()),
        "InvalidRequestPropertyValue",
        ("archive tier is not supported for Standard_ZRS", "use LRS, GRS or RA-GRS"),
        setup=zone_redundant,
    ),
    Case(
        "storage:ManagementPolicy",
        "last access without tracking",
        lambda azure: lifecycle(azure, by_last_access()),
        "InvalidRequestPropertyValue",
        ("last access time tracking is not enabled",),
        setup=with_account,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)


def test_a_rule_by_last_access_is_accepted_with_tracking(azure: AzureHarness) -> None:
    with_account(azure)
    blob_service(azure, lastAccessTimeTrackingPolicy={"enable": True})

    assert lifecycle(azure, by_last_access())["name"] == "default"


def test_several_services_can_bypass_the_network_rules(azure: AzureHarness) -> None:
    azure.group()

    made = account(azure, networkRuleSet={"defaultAction": "Deny", "bypass": "AzureServices, Metrics"})

    assert made["networkRuleSet"]["bypass"] == "AzureServices, Metrics"
