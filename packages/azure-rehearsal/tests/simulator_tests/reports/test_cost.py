"""The monthly cost of a recording. Expected sums come from recorded bills and price lists, not from the price table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.reports.certainty import Certainty
from azure_rehearsal.reports.cost import PRICERS, Cost, difference, monthly_cost
from azure_rehearsal.reports.price_table import Dollars, Price, price_table
from simulator_tests.reports.azure_types import AZURE_TYPES
from simulator_tests.reports.recordings import component, entry

HOURS = 730


def pool(name: str, size: str, minimum: int, maximum: int, **more: Any) -> dict[str, Any]:
    inputs = {"enableAutoScaling": True, "minCount": minimum, "maxCount": maximum, "vmSize": size, **more}
    return entry(name, "containerservice:AgentPool", inputs)


def bill(kind: str, inputs: dict[str, Any] | None = None) -> Dollars:
    """The cost of one resource of this type, which must have a price."""
    cost = monthly_cost([entry("it", kind, inputs)])
    assert cost.not_priced == ()
    return cost.total


def close(low: float, high: float | None = None) -> Any:
    return pytest.approx((low, low if high is None else high), abs=0.01)


def sides(amount: Dollars) -> tuple[float, float]:
    return amount.low, amount.high


def test_node_pools_cost_from_their_minimum_to_their_maximum_count() -> None:
    # 48 to 216 CPUs at 0.048 dollars per hour.
    disk = {"osDiskType": "Ephemeral"}
    cost = monthly_cost(
        [
            pool("system", "Standard_D4s_v5", 2, 4, **disk),
            pool("livekit", "Standard_D8s_v5", 2, 10, **disk),
            pool("agents", "Standard_D4s_v5", 4, 20, **disk),
            pool("api", "Standard_D4s_v5", 2, 10, **disk),
        ]
    )
    assert (round(cost.total.low), round(cost.total.high)) == (1682, 7569)


def test_each_managed_disk_is_billed() -> None:
    with_disk = pool("p", "Standard_D4s_v5", 1, 2, osDiskSizeGB=128)
    without = pool("p", "Standard_D4s_v5", 1, 2, osDiskType="Ephemeral")
    more = monthly_cost([with_disk]).total - monthly_cost([without]).total
    assert sides(more) == close(19.71, 2 * 19.71)


def test_a_disk_is_billed_as_the_next_larger_one() -> None:
    disks = [monthly_cost([pool("p", "Standard_D4s_v5", 1, 1, osDiskSizeGB=gib)]).total for gib in (65, 128)]
    assert disks[0] == disks[1]


def test_spot_nodes_cost_a_fifth_which_is_an_estimate() -> None:
    regular, spot = (
        monthly_cost([pool("p", "Standard_D4s_v5", 0, 5, osDiskType="Ephemeral", **more)])
        for more in ({}, {"scaleSetPriority": "Spot"})
    )
    assert spot.total.high == pytest.approx(regular.total.high / 5)
    assert (spot.total.low, spot.certainty) == (0, Certainty.ESTIMATE)


def test_a_pool_with_a_fixed_count_has_one_price() -> None:
    fixed = entry(
        "p", "containerservice:AgentPool", {"count": 3, "vmSize": "Standard_D2s_v3", "osDiskType": "Ephemeral"}
    )
    assert sides(monthly_cost([fixed]).total) == close(3 * 70.08)  # a D2_v3 was recorded at 70.08 a month


def test_node_addresses_are_billed_with_their_prefix_or_individually() -> None:
    plain = pool("p", "Standard_D4s_v5", 1, 2)
    own = pool("p", "Standard_D4s_v5", 1, 2, enableNodePublicIP=True)
    prefixed = pool("p", "Standard_D4s_v5", 1, 2, enableNodePublicIP=True, nodePublicIPPrefixID="/x/publicIPPrefixes/y")
    base = monthly_cost([plain]).total
    assert sides(monthly_cost([own]).total - base) == close(3.65, 7.30)
    assert sides(monthly_cost([prefixed]).total - base) == close(0)


def _service(name: str, ports: int) -> dict[str, Any]:
    return entry(name, "kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer", "ports": [{}] * ports}})


def _cluster(tier: str, **more: Any) -> dict[str, Any]:
    return entry("aks", "containerservice:ManagedCluster", {"sku": {"name": "Base", "tier": tier}, **more})


def test_a_cluster_is_billed_for_its_tier_its_inline_pools_and_its_load_balancer() -> None:
    inner = {"name": "system", "enableAutoScaling": True, "minCount": 1, "maxCount": 1, "vmSize": "Standard_D4s_v5"}
    bare = monthly_cost([_cluster("Free")]).total
    assert sides(monthly_cost([_cluster("Standard")]).total - bare) == close(73.00)
    alone = monthly_cost([pool("system", "Standard_D4s_v5", 1, 1)]).total
    whole = monthly_cost([_cluster("Free", agentPoolProfiles=[inner])]).total
    assert sides(whole - bare) == close(alone.low, alone.high)


def test_load_balancer_rules_beyond_five_are_billed() -> None:
    few = monthly_cost([_cluster("Free"), _service("a", 4)]).total
    many = monthly_cost([_cluster("Free"), _service("a", 4), _service("b", 3)]).total
    assert few == monthly_cost([_cluster("Free")]).total
    assert sides(many - few) == close(3 * 0.01 * HOURS)


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("network:PublicIPAddress", {"sku": {"name": "Standard"}}, 3.65),
        ("network:PublicIPAddress", {"sku": {"name": "Standard"}, "publicIPPrefix": {"id": "x"}}, 0),
        ("network:PublicIPPrefix", {"prefixLength": 28}, 16 * 4.38),
        ("network:NatGateway", {"sku": {"name": "Standard"}}, 32.85),
        ("network:PrivateEndpoint", {}, 7.30),
        ("network:DdosProtectionPlan", {}, 2944),
        ("dns:Zone", {}, 0.50),
        ("privatedns:PrivateZone", {}, 0.50),
        ("containerregistry:Registry", {"sku": {"name": "Premium"}}, 50),
        ("containerregistry:Replication", {"location": "westeurope"}, 50),
        ("redisenterprise:RedisEnterprise", {"sku": {"name": "Balanced_B3"}}, 94.90),
        ("redisenterprise:RedisEnterprise", {"sku": {"name": "Balanced_B3"}, "highAvailability": "Disabled"}, 47.45),
        ("redisenterprise:RedisEnterprise", {"sku": {"name": "MemoryOptimized_M10"}}, 315.36),
        ("redisenterprise:RedisEnterprise", {"sku": {"name": "ComputeOptimized_X10"}}, 851.18),
        ("monitor:ScheduledQueryRule", {"evaluationFrequency": "PT5M"}, 1.50),
        ("monitor:MetricAlert", {"scopes": ["a"], "criteria": {"allOf": [{}, {}]}}, 0.20),
    ],
)
def test_a_fixed_price_is_the_recorded_one(kind: str, inputs: dict[str, Any], expected: float) -> None:
    assert sides(bill(kind, inputs)) == close(expected)


def test_a_web_application_firewall_is_billed_for_the_units_of_its_instances() -> None:
    inputs = {"sku": {"tier": "WAF_v2"}, "autoscaleConfiguration": {"minCapacity": 2, "maxCapacity": 4}}
    assert sides(bill("network:ApplicationGateway", inputs)) == close(262.80 + 210.24, 262.80 + 2 * 210.24)


def _server(**more: Any) -> dict[str, Any]:
    inputs = {"sku": {"name": "Standard_D4ds_v5"}, "storage": {"storageSizeGB": 256}, **more}
    return entry(f"server {len(more)} {more}", "dbforpostgresql:Server", inputs)


def test_a_standby_doubles_the_cost_of_a_server_and_a_replica_is_a_further_server() -> None:
    servers = [_server(highAvailability={"mode": "ZoneRedundant"}), _server(createMode="Replica"), _server(a="Replica")]
    cost = monthly_cost(servers)
    assert round(cost.total.low, -1) == 1330  # two times two servers at 296.38 and 4 x 256 GB at 0.138
    assert sides(cost.total) == close(4 * 296.38 + 4 * 256 * 0.138)


def test_logs_cost_the_assumed_usage_up_to_the_daily_cap_and_retention_costs_more() -> None:
    assumed = price_table().assumptions["logAnalyticsGbPerDay"]
    days = price_table().days_per_month
    plain = monthly_cost([entry("logs", "operationalinsights:Workspace", {"retentionInDays": 30})])
    assert sides(plain.total) == close(assumed.low * days * 2.99, assumed.high * days * 2.99)
    assert any(str(assumed) in text for text in plain.assumptions)
    capped = bill("operationalinsights:Workspace", {"workspaceCapping": {"dailyQuotaGb": 2}})
    assert sides(capped) == close(assumed.low * days * 2.99, 2 * days * 2.99)
    kept = bill("operationalinsights:Workspace", {"retentionInDays": 61}) - plain.total
    assert sides(kept) == close(assumed.low * 30 * 0.13, assumed.high * 30 * 0.13)


def test_a_traffic_manager_endpoint_is_billed_with_optional_fast_checks() -> None:
    assert sides(bill("trafficmanager:Endpoint", {"endpointType": "azureEndpoints"})) == close(0.36, 1.36)
    assert sides(bill("trafficmanager:Endpoint", {"endpointType": "externalEndpoints"})) == close(0.54, 2.54)


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("compute:VirtualMachine", {}, "does not have this type"),
        ("containerservice:AgentPool", {"vmSize": "Standard_ND96isr_v5", "count": 1}, "Standard_ND96isr_v5"),
        ("containerservice:AgentPool", {"vmSize": "Standard_D4s_v5"}, "number of nodes"),
        ("containerservice:AgentPool", {"vmSize": "Standard_D4s_v5", "count": "[unknown]"}, "number of nodes"),
        ("containerservice:AgentPool", {"vmSize": "Standard_D4s_v5", "count": 1, "osDiskSizeGB": 4096}, "4096 GiB"),
        ("redisenterprise:RedisEnterprise", {"sku": {"name": "FlashOptimized_A250"}}, "FlashOptimized_A250"),
        ("dbforpostgresql:Server", {"sku": {"name": "Standard_E4ds_v5"}, "storage": {"storageSizeGB": 32}}, "E4ds_v5"),
        ("storage:StorageAccount", {"sku": {"name": "Premium_LRS"}}, "Premium_LRS"),
        ("network:NatGateway", {"sku": {"name": "StandardV2"}}, "StandardV2"),
        ("cosmosdb:DatabaseAccount", {}, "provisioned throughput"),
        ("trafficmanager:Endpoint", {"endpointType": "nestedEndpoints"}, "nestedEndpoints"),
    ],
)
def test_a_resource_without_a_price_is_listed_with_the_reason(kind: str, inputs: dict[str, Any], reason: str) -> None:
    (listed,) = monthly_cost([entry("it", kind, inputs)]).not_priced
    assert listed.name == "it"
    assert reason in listed.reason


def test_a_part_without_a_price_does_not_remove_the_other_charges() -> None:
    defended = _cluster("Standard", securityProfile={"defender": {"securityMonitoring": {"enabled": True}}})
    cost = monthly_cost([defended])
    assert "Defender" in cost.not_priced[0].reason
    assert cost.total == monthly_cost([_cluster("Standard")]).total


def test_charges_by_usage_are_listed_and_not_added() -> None:
    cost = monthly_cost([entry("flows", "network:FlowLog"), entry("peer", "network:VirtualNetworkPeering")])
    assert cost.total == Dollars(0, 0)
    assert [text.split(":")[0] for text in cost.by_use] == ["FlowLog", "VirtualNetworkPeering"]
    assert cost.not_priced == ()


def test_costs_are_summed_by_component() -> None:
    network = component("net")
    inner = component("zones", "Zones", network["urn"])
    zone = entry("zone", "privatedns:PrivateZone", parent=inner["urn"])
    gateway = entry("gateway", "network:NatGateway", {"sku": {"name": "Standard"}}, parent=network["urn"])
    cost = monthly_cost([network, inner, zone, gateway])
    assert {name: [item.name for item in items] for name, items in cost.by_component.items()} == {
        "net": ["gateway"],
        "zones": ["zone"],
    }


def test_planned_deletions_are_free() -> None:
    assert monthly_cost([entry("plan", "network:DdosProtectionPlan", op="delete")]).total == Dollars(0, 0)


def test_regions_without_their_own_prices_are_named() -> None:
    cost = monthly_cost([entry("net", "network:VirtualNetwork", {"location": "westeurope"})])
    assert any("westeurope" in text for text in cost.caveats)


def test_a_difference_has_new_deleted_and_changed_resources() -> None:
    gone, new = entry("gone", "privatedns:PrivateZone"), entry("new", "network:PrivateEndpoint")
    before = monthly_cost([gone, pool("p", "Standard_D4s_v5", 1, 3), entry("same", "privatedns:PrivateZone")])
    odd = entry("odd", "compute:VirtualMachine")
    after = monthly_cost([new, pool("p", "Standard_D4s_v5", 1, 5), entry("same", "privatedns:PrivateZone"), odd])
    found = difference(before, after)
    assert [change.name for change in found.changes] == ["p", "new", "gone"]
    assert [(change.before is None, change.after is None) for change in found.changes] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    assert found.monthly.low == pytest.approx(7.30 - 0.50)
    assert [item.name for item in found.newly_not_priced] == ["odd"]


KINDS = st.sampled_from(
    [
        ("privatedns:PrivateZone", {}),
        ("network:PrivateEndpoint", {}),
        ("network:PublicIPPrefix", {"prefixLength": 28}),
        ("network:PublicIPPrefix", {"prefixLength": 30}),
        ("keyvault:Vault", {}),
        ("compute:VirtualMachine", {}),
    ]
)


def _cost(kinds: dict[str, tuple[str, dict[str, Any]]]) -> Cost:
    return monthly_cost([entry(name, kind, inputs) for name, (kind, inputs) in kinds.items()])


PLATFORMS = st.dictionaries(st.sampled_from("abcdefgh"), KINDS)


@given(PLATFORMS, PLATFORMS)
def test_the_changes_add_up_to_the_difference(before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = _cost(before), _cost(after)
    found = difference(old, new)
    assert sum(change.monthly.low for change in found.changes) == pytest.approx(new.total.low - old.total.low)
    assert sum(change.monthly.high for change in found.changes) == pytest.approx(new.total.high - old.total.high)
    assert difference(old, old).changes == ()


def test_every_type_in_the_price_table_exists_and_is_unique() -> None:
    table = price_table()
    named = [*PRICERS, *table.free, *(kind for kind in table.by_use if kind not in PRICERS)]
    assert set(named) <= AZURE_TYPES
    assert len(named) == len(set(named))


def test_every_price_has_a_source_and_a_region() -> None:
    table = price_table()
    prices: list[Price] = [*table.prices.values(), *table.virtual_machines, *table.os_disks]
    prices += [*table.postgresql_servers, *table.redis_nodes.values()]
    assert all(price.source and price.region and price.unit for price in prices)
    estimates = [price for price in prices if "general knowledge" in price.source]
    assert {price.certainty for price in estimates} == {Certainty.ESTIMATE}
