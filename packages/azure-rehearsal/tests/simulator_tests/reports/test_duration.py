"""The expected wall time of a deployment."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.duration import StackTime, wall_time
from azure_rehearsal.reports.duration_table import Minutes, duration_table
from simulator_tests.reports.azure_types import AZURE_TYPES
from simulator_tests.reports.recordings import component, entry

CLUSTER, POOL, GROUP = "containerservice:ManagedCluster", "containerservice:AgentPool", "resources:ResourceGroup"
TYPES = duration_table().types


def typical(kind: str, op: str = "create") -> float:
    figure = getattr(TYPES[f"azure-native:{kind}"], op)
    return figure.typical


def the_stack(recording: list[dict[str, Any]]) -> StackTime:
    (stack,) = wall_time(recording).stacks
    return stack


def path(recording: list[dict[str, Any]]) -> list[str]:
    return [item.name for item in the_stack(recording).path]


def test_dependent_resources_add_up_and_independent_ones_run_in_parallel() -> None:
    cluster = entry("cluster", CLUSTER)
    first = entry("first", POOL, waits_for=[cluster["urn"]])
    second = entry("second", POOL, waits_for=[first["urn"]])
    redis = entry("redis", "redisenterprise:RedisEnterprise")
    recording = [redis, second, first, cluster]
    assert path(recording) == ["cluster", "first", "second"]
    assert the_stack(recording).minutes.typical == typical(CLUSTER) + 2 * typical(POOL)


def test_the_longest_path_is_not_the_one_with_the_most_resources() -> None:
    groups = [entry("group 0", GROUP)]
    for index in range(1, 5):
        groups.append(entry(f"group {index}", GROUP, waits_for=[groups[-1]["urn"]]))
    assert path([*groups, entry("cluster", CLUSTER)]) == ["cluster"]


def test_a_resource_with_several_dependencies_starts_after_the_last() -> None:
    cluster, group = entry("cluster", CLUSTER), entry("a group", GROUP)
    pool = entry("pool", POOL, waits_for=[group["urn"], cluster["urn"]])
    assert path([pool, cluster, group]) == ["cluster", "pool"]


def test_unchanged_resources_take_no_time() -> None:
    cluster = entry("cluster", CLUSTER, op="same")
    pool = entry("pool", POOL, waits_for=[cluster["urn"]], op="update")
    assert path([cluster, pool]) == ["pool"]
    assert wall_time([cluster]).minutes == Minutes(0, 0, 0)


def test_the_pauses_of_a_retried_conflict_count() -> None:
    quick = the_stack([entry("subnet", "network:Subnet")])
    waited = the_stack([entry("subnet", "network:Subnet", retrySeconds=80)])

    assert waited.minutes.typical == pytest.approx(quick.minutes.typical + 80 / 60)
    assert waited.minutes.low == quick.minutes.low


def test_an_update_takes_the_update_time() -> None:
    assert the_stack([entry("cluster", CLUSTER, op="update")]).minutes.typical == typical(CLUSTER, "update")


def test_a_replacement_takes_a_deletion_and_a_creation() -> None:
    minutes = the_stack([entry("cluster", CLUSTER, op="delete-replaced")]).minutes
    assert minutes.typical == typical(CLUSTER) + typical(CLUSTER, "delete")


def test_deletions_come_last_and_in_reverse_order() -> None:
    cluster = entry("cluster", CLUSTER, op="delete")
    pool = entry("pool", POOL, waits_for=[cluster["urn"]], op="delete")
    new = entry("new", "redisenterprise:RedisEnterprise")
    assert path([cluster, pool, new]) == ["new", "pool", "cluster"]


def test_children_wait_for_the_dependencies_of_their_component() -> None:
    cluster = entry("cluster", CLUSTER)
    data = component("data", "DataTier", waits_for=[cluster["urn"]])
    server = entry("server", "dbforpostgresql:Server", parent=data["urn"])
    assert path([server, data, cluster]) == ["cluster", "server"]
    assert monthly_cost([data]).not_priced == ()


def test_objects_wait_for_their_cluster() -> None:
    cluster = entry("cluster", CLUSTER)
    provider = entry("aks", "pulumi:providers:kubernetes", waits_for=[cluster["urn"]])
    release = entry("ingress", "kubernetes:helm.sh/v3:Release")
    assert path([release, provider, cluster]) == ["cluster", "ingress"]


def test_stacks_are_deployed_one_after_another() -> None:
    both = wall_time([entry("a", CLUSTER), entry("b", CLUSTER, stack="second")])
    assert [stack.stack for stack in both.stacks] == ["test", "second"]
    assert both.minutes.typical == 2 * typical(CLUSTER)


@pytest.mark.parametrize(
    ("inputs", "minimum"),
    [({}, 5), ({"highAvailability": {"mode": "ZoneRedundant"}}, 10), ({"createMode": "Replica"}, 10)],
)
def test_a_standby_or_a_replica_takes_longer_than_a_server(inputs: dict[str, Any], minimum: float) -> None:
    assert the_stack([entry("server", "dbforpostgresql:Server", inputs)]).minutes.low == minimum


def test_a_type_without_durations_takes_the_default() -> None:
    (item,) = the_stack([entry("thing", "compute:Snapshot")]).path
    default = duration_table().default
    assert default.create is not None
    assert item.minutes == default.create.minutes
    assert item.source == default.source


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no operation 'conjure'\. Expected: create, update, delete"):
        wall_time([entry("cluster", CLUSTER, op="conjure")])


def test_circular_dependencies_are_refused_with_their_names() -> None:
    first = entry("first", POOL)
    second = entry("second", POOL, waits_for=[first["urn"]])
    first["dependencies"] = [second["urn"]]
    with pytest.raises(ValueError, match=r"circular dependencies: .*(first.*second|second.*first)"):
        wall_time([first, second])


def _upgraded(count: int, changed: str, **pool: Any) -> Minutes:
    inputs = {"enableAutoScaling": True, "minCount": count, "maxCount": count, **pool}
    return the_stack([entry("pool", POOL, inputs, op="update", changed=[changed])]).minutes


def test_new_node_software_replaces_and_drains_every_node() -> None:
    settings = {"drainTimeoutInMinutes": 60, "nodeSoakDurationInMinutes": 5, "maxSurge": "1"}
    base, rollout = the_stack([entry("pool", POOL, op="update")]).minutes, duration_table().node_rollout
    minutes = _upgraded(3, "orchestratorVersion", upgradeSettings=settings)
    assert minutes.high == base.high + 3 * (rollout.node_minutes.high + 5 + 60)
    assert minutes.low == base.low + 3 * (rollout.node_minutes.low + 5)
    assert _upgraded(3, "maxCount", upgradeSettings=settings) == base


@pytest.mark.parametrize(("surge", "rounds"), [("1", 10), ("33%", 3), ("50%", 2), ("4", 3), ("[unknown]", 10)])
def test_the_nodes_of_a_pool_are_replaced_by_surge(surge: str, rounds: int) -> None:
    base, rollout = the_stack([entry("pool", POOL, op="update")]).minutes, duration_table().node_rollout
    minutes = _upgraded(10, "orchestratorVersion", upgradeSettings={"maxSurge": surge})
    assert minutes.low == pytest.approx(base.low + rounds * rollout.node_minutes.low)


KINDS = [CLUSTER, POOL, GROUP, "network:Subnet", "redisenterprise:RedisEnterprise"]


@st.composite
def recordings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Resources that depend on some of the previous ones."""
    found: list[dict[str, Any]] = []
    for index in range(draw(st.integers(1, 8))):
        before = [item["urn"] for item in found]
        waits = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        op = draw(st.sampled_from(["create", "update", "same", "delete", "replace"]))
        found.append(entry(f"r{index}", draw(st.sampled_from(KINDS)), waits_for=waits, op=op))
    return found


@given(recordings(), st.randoms(use_true_random=False))
def test_the_time_does_not_depend_on_the_order_of_the_recording(
    recording: list[dict[str, Any]], chance: random.Random
) -> None:
    shuffled = chance.sample(recording, len(recording))
    assert the_stack(shuffled) == the_stack(recording)


@given(recordings())
def test_the_path_sums_to_the_time_and_is_at_most_the_sum_of_all_resources(recording: list[dict[str, Any]]) -> None:
    stack = the_stack(recording)
    minutes = stack.minutes
    assert minutes.low <= minutes.typical <= minutes.high
    assert minutes.typical == pytest.approx(sum(item.minutes.typical for item in stack.path))
    alone = [the_stack([{**item, "dependencies": []}]).minutes.typical for item in recording]
    assert max(alone) <= minutes.typical + 1e-9
    assert minutes.typical <= sum(alone) + 1e-9


def test_every_type_in_the_duration_table_exists() -> None:
    named = {name for name in [*TYPES, *duration_table().node_rollout.types] if name.startswith("azure-native:")}
    assert named <= AZURE_TYPES


def test_every_figure_has_a_source() -> None:
    entries = [duration_table().default, *TYPES.values(), *duration_table().packages.values()]
    entries += [variant for entry in TYPES.values() for variant in entry.variants]
    assert all(entry.source for entry in entries)
