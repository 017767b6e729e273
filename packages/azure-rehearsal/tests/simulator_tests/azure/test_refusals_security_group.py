"""Azure's refusals of network security groups and application security groups."""

from __future__ import annotations

from typing import Final

import pytest

from simulator_tests.azure.network_setup import application_group, network_given, security_group
from simulator_tests.azure.world import Case, World, refused


def used_groups(world: World) -> None:
    network_given(world)
    application_group(world)
    no_prefix = {"destinationAddressPrefix": None}
    security_group(world, {**no_prefix, "destinationApplicationSecurityGroups": [{"id": world["asg-media"].id}]})
    world.subnet(networkSecurityGroup={"id": world["nsg-media"].id})


CASES: Final = [
    Case(
        "network:NetworkSecurityGroup",
        "two rules of one priority and direction",
        lambda world: security_group(world, {}, {"name": "rtp"}),
        "SecurityRuleConflict",
        ("rtp conflicts with rule sip", "same Priority and Direction"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "two rules of one name",
        lambda world: security_group(world, {}, {"name": "SIP", "priority": 101}),
        "InvalidRequestFormat",
        ("same name 'SIP'",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a rule name with a space",
        lambda world: security_group(world, {"name": "sip in"}),
        "InvalidResourceName",
        ("sip in",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority below 100",
        lambda world: security_group(world, {"priority": 99}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 99", "100-4096"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a priority above 4096",
        lambda world: security_group(world, {"priority": 4097}),
        "SecurityRuleInvalidPriority",
        ("Value provided: 4097",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "both the singular and the plural of source addresses",
        lambda world: security_group(world, {"sourceAddressPrefixes": ["10.0.0.0/8"]}),
        "InvalidRequestFormat",
        ("sourceAddressPrefix and sourceAddressPrefixes",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "no destination ports",
        lambda world: security_group(world, {"destinationPortRange": None}),
        "InvalidRequestFormat",
        ("destinationPortRange and destinationPortRanges; it has none",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a port above 65535",
        lambda world: security_group(world, {"destinationPortRange": "60000-70000"}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: 60000-70000", "0-65535"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a port range that runs backwards",
        lambda world: security_group(world, {"destinationPortRange": "29999-16384"}),
        "SecurityRuleInvalidPortRange",
        ("29999-16384",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "several ports in the singular",
        lambda world: security_group(world, {"destinationPortRange": "5060,5061"}),
        "SecurityRuleInvalidPortRange",
        ("5060,5061",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a star among port ranges",
        lambda world: security_group(world, {"destinationPortRange": None, "destinationPortRanges": ["*"]}),
        "SecurityRuleInvalidPortRange",
        ("Value provided: *",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an unknown service tag",
        lambda world: security_group(world, {"sourceAddressPrefix": "AzureTelephony"}),
        "SecurityRuleInvalidAddressPrefix",
        ("Value provided: AzureTelephony",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits",
        lambda world: security_group(world, {"sourceAddressPrefix": "20.20.20.20/16"}),
        "SecurityRuleInvalidAddressPrefix",
        ("20.20.20.20/16",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "a service tag among addresses",
        lambda world: security_group(
            world, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "Internet"]}
        ),
        "SecurityRuleParameterContainsUnsupportedValue",
        ("Unsupported value used: Internet", "one rule per tag"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an address with host bits among addresses",
        lambda world: security_group(
            world, {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "20.20.20.20/16"]}
        ),
        "SecurityRuleInvalidAddressPrefix",
        ("Value provided: 20.20.20.20/16",),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "an application group of another region",
        lambda world: (
            application_group(world, location="eastus"),
            security_group(
                world,
                {
                    "destinationAddressPrefix": None,
                    "destinationApplicationSecurityGroups": [{"id": world["asg-media"].id}],
                },
            ),
        ),
        "InvalidResourceReference",
        ("asg-media", "same region", "eastus"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "more than a thousand rules",
        lambda world: security_group(
            world, *({"name": f"rule{number}", "priority": 100 + number} for number in range(1001))
        ),
        "ResourceCountExceedsLimitDueToTemplate",
        ("1001 security rules", "1000"),
        given=World.group,
    ),
    Case(
        "network:NetworkSecurityGroup",
        "the deletion of a group on a subnet",
        lambda world: world.delete(world["nsg-media"]),
        "InUseNetworkSecurityGroupCannotBeDeleted",
        ("nsg-media", "subnets/snet-nodes"),
        given=used_groups,
    ),
    Case(
        "network:ApplicationSecurityGroup",
        "the deletion of a group that a rule names",
        lambda world: world.delete(world["asg-media"]),
        "ApplicationSecurityGroupInUse",
        ("asg-media cannot be deleted", "nsg-media"),
        given=used_groups,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.type}: {case.name}")
def test_azure_refuses(world: World, case: Case) -> None:
    case.given(world)
    with refused(case.code, *case.words):
        case.write(world)
