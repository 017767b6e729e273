"""Names keep Azure's limits for all valid settings, and no two resources share a name."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.address_plan import Subnet
from model.naming import Naming, role_assignment_name
from model.public_addresses import PublicAddress
from model.roles import Role
from model.traffic_profiles import TRAFFIC_PROFILES

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"


def words(longest: int) -> st.SearchStrategy[str]:
    """Words that `Word` accepts."""
    part = st.text("abcxyz019", min_size=1, max_size=6)
    parts = st.lists(part, min_size=1, max_size=4).map("-".join)
    return parts.map(lambda text: f"n{text}"[:longest].rstrip("-"))


namings = st.builds(Naming, words(16), words(10), words(20), st.just(SUBSCRIPTION))
longest = Naming("p" * 16, "e" * 10, "r" * 20, SUBSCRIPTION)

# Azure, "Naming rules and restrictions for Azure resources".
LIMITS = {
    "resource_group": (90, r"[\w().-]*[\w()-]"),
    "node_resource_group": (80, r"[\w().-]*[\w()-]"),
    "virtual_network": (64, r"[a-zA-Z0-9][\w.-]*\w"),
    "nat_gateway": (80, r"[a-zA-Z0-9][\w.-]*\w"),
    "cluster": (63, r"[a-zA-Z0-9][\w-]*[a-zA-Z0-9]"),
    "cluster_dns_prefix": (54, r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"),
}


def names_with_purpose(naming: Naming) -> list[tuple[str, int, str]]:
    network_name = r"[a-zA-Z0-9][\w.-]*\w"
    return [
        *((naming.security_group(subnet), 80, network_name) for subnet in Subnet),
        *((naming.subnet(subnet), 80, network_name) for subnet in Subnet),
        *((naming.public_address(purpose), 80, network_name) for purpose in (*PublicAddress, "nat-16")),
        *((naming.public_prefix(pool, zone), 80, network_name) for pool in ("sip", "livekit") for zone in "123"),
        *((naming.application_security_group(pool), 80, network_name) for pool in ("sip", "livekit")),
        *((naming.identity(purpose), 128, r"[a-zA-Z0-9][\w-]*") for purpose in ("control-plane", "kubelet")),
        (naming.peering("r" * 20), 80, network_name),
        (naming.zone_link(), 80, network_name),
        # The name of the profile is also one label in public DNS.
        *(
            (naming.traffic_manager(profile.name), 63, r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?")
            for profile in TRAFFIC_PROFILES
        ),
        (naming.rule_group("certificates"), 260, r"[^:@/#{}%&+*<>?]+"),
    ]


@pytest.mark.parametrize("name", LIMITS)
@given(naming=namings)
def test_names_keep_azures_limits(name: str, naming: Naming) -> None:
    limit, pattern = LIMITS[name]
    value = getattr(naming, name)
    assert len(value) <= limit, f"{value} has {len(value)} characters, Azure allows {limit}"
    assert re.fullmatch(pattern, value)


@pytest.mark.parametrize("name", LIMITS)
def test_the_longest_words_give_a_legal_name(name: str) -> None:
    assert len(getattr(longest, name)) <= LIMITS[name][0]


@given(namings)
def test_names_with_a_purpose_keep_azures_limits(naming: Naming) -> None:
    for value, limit, pattern in names_with_purpose(naming):
        assert len(value) <= limit
        assert re.fullmatch(pattern, value)


def test_the_longest_words_give_legal_names_with_a_purpose() -> None:
    assert all(len(value) <= limit for value, limit, _ in names_with_purpose(longest))


@given(st.from_regex(r"\A[a-z][a-z0-9]{0,8}\Z"), st.sampled_from(["", "1", "2", "3"]), st.from_regex(r"\A[a-z]{1,2}\Z"))
def test_agent_pool_names_keep_the_limit_of_aks(pool: str, zone: str, generation: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]{0,11}", longest.agent_pool(pool, generation, zone))


@pytest.mark.requirement("B3")
def test_a_resource_group_is_named_for_environment_and_region() -> None:
    assert Naming("voiceassistant", "prod", "eastus", SUBSCRIPTION).resource_group == "rg-voiceassistant-prod-eastus"


@given(namings, words(20))
def test_scopes_never_share_a_group(naming: Naming, other: str) -> None:
    if other != naming.scope:
        assert naming.in_scope(other).resource_group != naming.resource_group
    assert naming.node_resource_group != naming.resource_group


def test_an_id_consists_of_the_names() -> None:
    assert longest.resource_id("Microsoft.Network/virtualNetworks/subnets", "vnet", "snet") == (
        f"{longest.resource_group_id}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet"
    )


def test_an_id_with_a_missing_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs 2 names, got 1"):
        longest.resource_id("Microsoft.Network/virtualNetworks/subnets", "vnet")


@given(st.text(min_size=1), st.text(min_size=1))
def test_role_assignment_names_are_guids_that_ignore_case(scope: str, principal: str) -> None:
    role = Role.NETWORK_CONTRIBUTOR.value
    name = role_assignment_name(scope, principal, role)
    assert str(uuid.UUID(name)) == name
    assert name == role_assignment_name(scope.lower(), principal, role.upper())


@given(namings, words(10))
def test_no_two_environments_share_a_name_in_public_dns(naming: Naming, other: str) -> None:
    elsewhere = Naming(naming.prefix, other, naming.scope, SUBSCRIPTION)
    another = Naming(naming.prefix, naming.environment, naming.scope, SUBSCRIPTION.replace("1", "9"))
    hosts = [naming.traffic_manager_host(profile.name) for profile in TRAFFIC_PROFILES]
    assert len(set(hosts)) == len(hosts)
    assert all(host.endswith(".trafficmanager.net") for host in hosts)
    for profile, host in zip(TRAFFIC_PROFILES, hosts, strict=True):
        assert host != another.traffic_manager_host(profile.name)
        if other != naming.environment:
            assert host != elsewhere.traffic_manager_host(profile.name)


def test_role_assignment_names_depend_on_scope_principal_and_role() -> None:
    triples = [(scope, principal, role.value) for scope in "ab" for principal in "ab" for role in Role]
    assert len({role_assignment_name(*triple) for triple in triples}) == len(triples)
