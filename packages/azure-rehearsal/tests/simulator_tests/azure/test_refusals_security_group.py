"""Azure's refusals of network security groups and application security groups."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.harness import AzureHarness, Case, refused
from simulator_tests.azure.network_setup import application_group, security_group, with_network


def used_groups(azure: AzureHarness) -> None:
    with_network(azure)
    application_group(azure)
    no_prefix = {"destinationAddressPrefix": None}
    security_group(azure, {**no_prefix, "destinationApplicationSecurityGroups": [{"id": azure["asg-web"].id}]})
    azure.subnet(networkSecurityGroup={"id": azure["nsg-web"].id})


CASES: Final = [
    Case(
        "network:NetworkSecurityGroup",
        "two rules with the same priority and direction",
        lambda azure: security_group(azure, {}, {"name": "api"}),
        "SecurityRuleConflict",
        ("api conflicts with rule web", "same Priority and Direction"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "two rules with the same name",
        lambda azure: security_group(azure, {}, {"name": "WEB", "priority": 101}),
        "InvalidRequestFormat",
        ("same name 'WEB'",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a rule name with a space",
        lambda azure: security_group(azure, {"name": "web in"}),
        "InvalidResourceName",
        ("web in",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority below 100",
        lambda azure: security_group(azure, {"priority": 99}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 99", "100-4096"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority above 4096",
        lambda azure: security_group(azure, {"priority": 4097}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 4097",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "both the singular and the plural of source addresses",
        lambda azure: security_group(azure, {"sourceAddressPrefixes": ["10.0.0.0/8"]}),
        "InvalidRequestFormat",
        ("sourceAddressPrefix and sourceAddressPrefixes",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "no destination ports",
        lambda azure: security_group(azure, {"destinationPortRange": None}),
        "InvalidRequestFormat",
        ("destinationPortRange and destinationPortRanges; it has none",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a port above 65535",
        lambda azure: security_group(azure, {"destinationPortRange": "60000-70000"}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: 60000-70000", "0-65535"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an inverted port range",
        lambda azure: security_group(azure, {"destinationPortRange": "29999-8000"}),
        "SecurityRuleInvalidPortRange",
        ("29999-8000",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "several ports in the singular",
        lambda azure: security_group(azure, {"destinationPortRange": "8080,5061"}),
        "SecurityRuleInvalidPortRange",
        ("8080,5061",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a wildcard in a list of port ranges",
        lambda azure: security_group(azure, {"destinationPortRange": None, "destinationPortRanges": ["*"]}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: *",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits",
        lambda azure: security_group(azure, {"sourceAddressPrefix": "20.20.20.20/16"}),
        "SecurityRuleInvalidAddressPrefix",
        ("20.20.20.20/16",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a service tag in a list of addresses",
        lambda azure: security_group(
            azure, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "Internet"]}
        ),
        "SecurityRuleParameterContainsUnsupportedValue",
        ("Unsupported value used: Internet", "one rule per tag"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a prefix within another prefix",
        lambda azure: security_group(
            azure, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "10.1.0.0/16"]}
        ),
        "OverlappingSubnetsNotPermittedInSecurityRule",
        ("10.0.0.0/8 and 10.1.0.0/16", "remove 10.1.0.0/16"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "the whole internet beside a prefix",
        lambda azure: security_group(
            azure, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["203.0.113.0/28", "0.0.0.0/0"]}
        ),
        "OverlappingSubnetsNotPermittedInSecurityRule",
        ("203.0.113.0/28 and 0.0.0.0/0", "remove 203.0.113.0/28"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "the same address twice",
        lambda azure: security_group(
            azure, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["203.0.113.1", "203.0.113.1/32"]}
        ),
        "OverlappingSubnetsNotPermittedInSecurityRule",
        ("203.0.113.1 and 203.0.113.1/32",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits in a list of addresses",
        lambda azure: security_group(
            azure, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "20.20.20.20/16"]}
        ),
        "SecurityRuleInvalidAddressPrefix",
        ("Value provided: 20.20.20.20/16",),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an application group of another region",
        lambda azure: (
            application_group(azure, location="eastus"),
            security_group(
                azure,
                {
                    "destinationAddressPrefix": None,
                    "destinationApplicationSecurityGroups": [{"id": azure["asg-web"].id}],
                },
            ),
        ),
        "InvalidResourceReference",
        ("asg-web", "same region", "eastus"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "more than a thousand rules",
        lambda azure: security_group(
            azure, *({"name": f"rule{number}", "priority": 100 + number} for number in range(1001))
        ),
        "ResourceCountExceedsLimitDueToTemplate",
        ("1001 security rules", "1000"),
        setup=AzureHarness.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "the deletion of a group on a subnet",
        lambda azure: azure.delete(azure["nsg-web"]),
        "InUseNetworkSecurityGroupCannotBeDeleted",
        ("nsg-web", "subnets/snet-nodes"),
        setup=used_groups,
    ),
    Case(
        "network:ApplicationSecurityGroup",
        "the deletion of a group that a rule uses",
        lambda azure: azure.delete(azure["asg-web"]),
        "ApplicationSecurityGroupInUse",
        ("asg-web cannot be deleted", "nsg-web"),
        setup=used_groups,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)
    with refused(case.code, *case.fragments):
        case.write(azure)
