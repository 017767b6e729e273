"""What Azure refuses of storage accounts, containers and lifecycle rules, in its own words."""

from __future__ import annotations

from typing import Any, Final

import pytest

from simulator_tests.azure.makers.storage import account, blob_service, container, lifecycle, lifecycle_rule
from simulator_tests.azure.world import Case, World, refused


def account_given(world: World) -> None:
    world.group()
    account(world)


def zone_redundant(world: World) -> None:
    world.group()
    account(world, sku={"name": "Standard_ZRS"})


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
        "storage:StorageAccount",
        "a name that another account has",
        lambda world: (world.group("rg-other"), account(world, resourceGroupName="rg-other")),
        "StorageAccountAlreadyTaken",
        ("The storage account named stvoice is already taken",),
        given=account_given,
    ),
    Case(
        "storage:StorageAccount",
        "block blobs on standard disks",
        lambda world: account(world, kind="BlockBlobStorage", accessTier=None),
        "AccountPropertyIsInvalid",
        ("sku.name", "Premium"),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "a V2 SKU for blobs",
        lambda world: account(world, sku={"name": "StandardV2_LRS"}),
        "AccountPropertyIsInvalid",
        ("StandardV2_LRS", "FileStorage"),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "an access tier on premium disks",
        lambda world: account(world, sku={"name": "Premium_LRS"}),
        "AccountPropertyIsInvalid",
        ("accessTier",),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "blob storage without an access tier",
        lambda world: account(world, kind="BlobStorage", accessTier=None),
        "AccountPropertyIsInvalid",
        ("accessTier",),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "a change from geo to zone redundancy",
        lambda world: world.change(world["stvoice"], sku={"name": "Standard_ZRS"}),
        "AccountPropertyCannotBeUpdated",
        ("sku.name", "'Standard_GRS'", "'Standard_ZRS'"),
        given=account_given,
    ),
    Case(
        "storage:StorageAccount",
        "a change of its kind",
        lambda world: world.change(world["stvoice"], kind="Storage", accessTier=None),
        "AccountPropertyCannotBeUpdated",
        ("'kind'", "'StorageV2'", "'Storage'"),
        given=account_given,
    ),
    Case(
        "storage:StorageAccount",
        "infrastructure encryption afterwards",
        lambda world: world.change(world["stvoice"], encryption={"requireInfrastructureEncryption": True}),
        "AccountPropertyCannotBeUpdated",
        ("encryption.requireInfrastructureEncryption",),
        given=account_given,
    ),
    Case(
        "storage:StorageAccount",
        "a private address in its network rules",
        lambda world: account(
            world, networkRuleSet={"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "192.168.0.1"}]}
        ),
        "InvalidValuesForRequestParameters",
        ("networkAcls.ipRule[*].value", "192.168.0.1"),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "a single address with a prefix length",
        lambda world: account(
            world, networkRuleSet={"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "20.1.2.3/32"}]}
        ),
        "InvalidValuesForRequestParameters",
        ("20.1.2.3/32", "omit the prefix length"),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "a bypass that there is not",
        lambda world: account(world, networkRuleSet={"defaultAction": "Deny", "bypass": "AzureServices, Everybody"}),
        "InvalidValuesForRequestParameters",
        ("networkAcls.bypass", "Everybody"),
        given=World.group,
    ),
    Case(
        "storage:StorageAccount",
        "a subnet without service endpoint",
        lambda world: account(
            world,
            networkRuleSet={
                "defaultAction": "Deny",
                "virtualNetworkRules": [{"virtualNetworkResourceId": world["snet-nodes"].id}],
            },
        ),
        "SubnetsHaveNoServiceEndpointsConfigured",
        ("snet-nodes", "Microsoft.Storage"),
        given=lambda world: (world.group(), world.network(), world.subnet()),
    ),
    Case(
        "storage:BlobServiceProperties",
        "a name of its own",
        lambda world: blob_service(world, blobServicesName="blobs"),
        "InvalidResourceName",
        ("has the name 'default'",),
        given=account_given,
    ),
    Case(
        "storage:BlobServiceProperties",
        "versions in a hierarchical namespace",
        lambda world: (world.group(), account(world, isHnsEnabled=True), blob_service(world)),
        "InvalidRequestPropertyValue",
        ("isVersioningEnabled", "hierarchical namespace"),
    ),
    Case(
        "storage:BlobServiceProperties",
        "point-in-time restore without a change feed",
        lambda world: blob_service(world, restorePolicy={"enabled": True, "days": 6}),
        "InvalidRequestPropertyValue",
        ("restorePolicy", "changeFeed.enabled"),
        given=account_given,
    ),
    Case(
        "storage:BlobContainer",
        "a name with capital letters",
        lambda world: container(world, "Recordings"),
        "InvalidResourceName",
        ("Recordings", "lower-case"),
        given=account_given,
    ),
    Case(
        "storage:BlobContainer",
        "public access to an account without",
        lambda world: container(world, publicAccess="Blob"),
        "PublicAccessNotPermitted",
        ("Public access is not permitted on this storage account",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "a name of its own",
        lambda world: lifecycle(world, lifecycle_rule(), managementPolicyName="archive"),
        "InvalidResourceName",
        ("has the name 'default'",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "no rule",
        lifecycle,
        "InvalidRequestPropertyValue",
        ("0 rules",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "two rules of one name",
        lambda world: lifecycle(world, lifecycle_rule(), lifecycle_rule()),
        "InvalidRequestPropertyValue",
        ("two rules are named 'recordings'",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "a kind of blob that there is not",
        lambda world: lifecycle(world, lifecycle_rule(filters={"blobTypes": ["pageBlob"]})),
        "InvalidRequestPropertyValue",
        ("pageblob", "blockBlob"),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "a prefix that names no container",
        lambda world: lifecycle(world, lifecycle_rule(filters={"prefixMatch": ["/recordings"]})),
        "InvalidRequestPropertyValue",
        ("/recordings", "name of a container"),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "another tier for append blobs",
        lambda world: lifecycle(world, lifecycle_rule(filters={"blobTypes": ["appendBlob"]})),
        "InvalidRequestPropertyValue",
        ("append blobs support only delete",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "a rule that does nothing",
        lambda world: lifecycle(world, lifecycle_rule(actions={"baseBlob": None})),
        "InvalidRequestPropertyValue",
        ("at least one action",),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "an action without days",
        lambda world: lifecycle(
            world,
            lifecycle_rule(actions={"baseBlob": {"delete": {"daysAfterModificationGreaterThan": None}}}),
        ),
        "InvalidRequestPropertyValue",
        ("baseBlob.delete", "missing"),
        given=account_given,
    ),
    Case(
        "storage:ManagementPolicy",
        "the archive tier of a zone redundant account",
        lambda world: lifecycle(world, lifecycle_rule()),
        "InvalidRequestPropertyValue",
        ("archive tier is not supported for Standard_ZRS", "use LRS, GRS or RA-GRS"),
        given=zone_redundant,
    ),
    Case(
        "storage:ManagementPolicy",
        "last access where nobody tracks it",
        lambda world: lifecycle(world, by_last_access()),
        "InvalidRequestPropertyValue",
        ("last access time tracking is not enabled",),
        given=account_given,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)


def test_a_rule_by_last_access_is_taken_where_it_is_tracked(world: World) -> None:
    account_given(world)
    blob_service(world, lastAccessTimeTrackingPolicy={"enable": True})

    assert lifecycle(world, by_last_access())["name"] == "default"


def test_several_services_may_bypass_the_network_rules(world: World) -> None:
    world.group()

    made = account(world, networkRuleSet={"defaultAction": "Deny", "bypass": "AzureServices, Metrics"})

    assert made["networkRuleSet"]["bypass"] == "AzureServices, Metrics"
