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
from simulator_tests.reports.recordings import component, record

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


def test_what_waits_for_each_other_adds_up_and_what_does_not_runs_at_once() -> None:
    cluster = record("cluster", CLUSTER)
    first = record("first", POOL, waits_for=[cluster["urn"]])
    second = record("second", POOL, waits_for=[first["urn"]])
    redis = record("redis", "redisenterprise:RedisEnterprise")
    recording = [redis, second, first, cluster]
    assert path(recording) == ["cluster", "first", "second"]
    assert the_stack(recording).minutes.typical == typical(CLUSTER) + 2 * typical(POOL)


def test_the_longest_path_is_not_the_one_with_the_most_resources() -> None:
    groups = [record("group 0", GROUP)]
    for index in range(1, 5):
        groups.append(record(f"group {index}", GROUP, waits_for=[groups[-1]["urn"]]))
    assert path([*groups, record("cluster", CLUSTER)]) == ["cluster"]


def test_what_waits_for_several_begins_after_the_last_of_them() -> None:
    cluster, group = record("cluster", CLUSTER), record("a group", GROUP)
    pool = record("pool", POOL, waits_for=[group["urn"], cluster["urn"]])
    assert path([pool, cluster, group]) == ["cluster", "pool"]


def test_what_exists_already_takes_no_time() -> None:
    cluster = record("cluster", CLUSTER, op="same")
    pool = record("pool", POOL, waits_for=[cluster["urn"]], op="update")
    assert path([cluster, pool]) == ["pool"]
    assert wall_time([cluster]).minutes == Minutes(0, 0, 0)


def test_an_update_takes_what_updates_take() -> None:
    assert the_stack([record("cluster", CLUSTER, op="update")]).minutes.typical == typical(CLUSTER, "update")


def test_a_replacement_takes_a_removal_and_a_creation() -> None:
    minutes = the_stack([record("cluster", CLUSTER, op="delete-replaced")]).minutes
    assert minutes.typical == typical(CLUSTER) + typical(CLUSTER, "delete")


def test_what_goes_goes_last_and_in_reverse() -> None:
    cluster = record("cluster", CLUSTER, op="delete")
    pool = record("pool", POOL, waits_for=[cluster["urn"]], op="delete")
    new = record("new", "redisenterprise:RedisEnterprise")
    assert path([cluster, pool, new]) == ["new", "pool", "cluster"]


def test_a_component_makes_its_children_wait_for_what_it_depends_on() -> None:
    cluster = record("cluster", CLUSTER)
    data = component("data", "DataTier", waits_for=[cluster["urn"]])
    server = record("server", "dbforpostgresql:Server", parent=data["urn"])
    assert path([server, data, cluster]) == ["cluster", "server"]
    assert monthly_cost([data]).not_priced == ()


def test_objects_in_the_cluster_come_after_it() -> None:
    cluster = record("cluster", CLUSTER)
    provider = record("aks", "pulumi:providers:kubernetes", waits_for=[cluster["urn"]])
    release = record("ingress", "kubernetes:helm.sh/v3:Release")
    assert path([release, provider, cluster]) == ["cluster", "ingress"]


def test_stacks_are_deployed_one_after_the_other() -> None:
    both = wall_time([record("a", CLUSTER), record("b", CLUSTER, stack="second")])
    assert [stack.stack for stack in both.stacks] == ["test", "second"]
    assert both.minutes.typical == 2 * typical(CLUSTER)


@pytest.mark.parametrize(
    ("inputs", "least"),
    [({}, 5), ({"highAvailability": {"mode": "ZoneRedundant"}}, 10), ({"createMode": "Replica"}, 10)],
)
def test_a_standby_or_a_replica_takes_longer_than_a_server(inputs: dict[str, Any], least: float) -> None:
    assert the_stack([record("server", "dbforpostgresql:Server", inputs)]).minutes.low == least


def test_what_the_table_does_not_know_takes_the_stated_default() -> None:
    (item,) = the_stack([record("thing", "compute:Snapshot")]).path
    default = duration_table().default
    assert default.create is not None
    assert item.minutes == default.create.minutes
    assert item.source == default.source


def test_an_operation_that_the_table_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="knows create, update and delete, not 'conjure'"):
        wall_time([record("cluster", CLUSTER, op="conjure")])


def test_dependencies_in_a_circle_are_refused_by_name() -> None:
    first = record("first", POOL)
    second = record("second", POOL, waits_for=[first["urn"]])
    first["dependencies"] = [second["urn"]]
    with pytest.raises(ValueError, match=r"circle: .*first.*second|circle: .*second.*first"):
        wall_time([first, second])


def _upgraded(count: int, changed: str, **pool: Any) -> Minutes:
    inputs = {"enableAutoScaling": True, "minCount": count, "maxCount": count, **pool}
    return the_stack([record("pool", POOL, inputs, op="update", changed=[changed])]).minutes


def test_new_node_software_rolls_every_node_and_drains_it() -> None:
    settings = {"drainTimeoutInMinutes": 60, "nodeSoakDurationInMinutes": 5, "maxSurge": "1"}
    base, rollout = the_stack([record("pool", POOL, op="update")]).minutes, duration_table().node_rollout
    minutes = _upgraded(3, "orchestratorVersion", upgradeSettings=settings)
    assert minutes.high == base.high + 3 * (rollout.node_minutes.high + 5 + 60)
    assert minutes.low == base.low + 3 * (rollout.node_minutes.low + 5)
    assert _upgraded(3, "maxCount", upgradeSettings=settings) == base


@pytest.mark.parametrize(("surge", "rounds"), [("1", 10), ("33%", 3), ("50%", 2), ("4", 3), ("[unknown]", 10)])
def test_a_pool_is_rolled_surge_by_surge(surge: str, rounds: int) -> None:
    base, rollout = the_stack([record("pool", POOL, op="update")]).minutes, duration_table().node_rollout
    minutes = _upgraded(10, "orchestratorVersion", upgradeSettings={"maxSurge": surge})
    assert minutes.low == pytest.approx(base.low + rounds * rollout.node_minutes.low)


KINDS = [CLUSTER, POOL, GROUP, "network:Subnet", "redisenterprise:RedisEnterprise"]


@st.composite
def recordings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Resources that wait for some of those before them."""
    found: list[dict[str, Any]] = []
    for index in range(draw(st.integers(1, 8))):
        before = [item["urn"] for item in found]
        waits = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
        op = draw(st.sampled_from(["create", "update", "same", "delete", "replace"]))
        found.append(record(f"r{index}", draw(st.sampled_from(KINDS)), waits_for=waits, op=op))
    return found


@given(recordings(), st.randoms(use_true_random=False))
def test_the_answer_does_not_hang_on_the_order_of_the_recording(
    recording: list[dict[str, Any]], chance: random.Random
) -> None:
    shuffled = chance.sample(recording, len(recording))
    assert the_stack(shuffled) == the_stack(recording)


@given(recordings())
def test_a_path_is_as_long_as_the_time_and_no_longer_than_everything_in_turn(recording: list[dict[str, Any]]) -> None:
    stack = the_stack(recording)
    minutes = stack.minutes
    assert minutes.low <= minutes.typical <= minutes.high
    assert minutes.typical == pytest.approx(sum(item.minutes.typical for item in stack.path))
    alone = [the_stack([{**item, "dependencies": []}]).minutes.typical for item in recording]
    assert max(alone) <= minutes.typical + 1e-9
    assert minutes.typical <= sum(alone) + 1e-9


def test_every_type_in_the_table_is_one_of_the_providers() -> None:
    named = {name for name in [*TYPES, *duration_table().node_rollout.types] if name.startswith("azure-native:")}
    assert named <= AZURE_TYPES


def test_every_figure_says_where_it_comes_from() -> None:
    entries = [duration_table().default, *TYPES.values(), *duration_table().packages.values()]
    entries += [variant for entry in TYPES.values() for variant in entry.variants]
    assert all(entry.source for entry in entries)
