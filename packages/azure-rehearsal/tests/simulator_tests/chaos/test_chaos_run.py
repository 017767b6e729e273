"""Chaos runs and their recovery, on the tiny program with backends that store resources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from azure_rehearsal.chaos.chaos_run import DEPLOYED, ChaosRun, Phase, SeedResult
from azure_rehearsal.chaos.end_state import EndState, differences
from azure_rehearsal.chaos.fault_codes import Moment, fault_code
from azure_rehearsal.chaos.faults import Fault, Faults, Operation, RandomRule, SingleWriteRule
from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from simulator_tests.conftest import copied_program
from simulator_tests.fake_backends import ServiceBackends, ServiceProvider
from simulator_tests.tiny_adapter import TinyAdapter

URN = "urn:pulumi:staging::tiny::"
PET = f"{URN}shop:index:Tenant$random:index/randomPet:RandomPet::tenant-pet"
SUFFIX = f"{URN}random:index/randomId:RandomId::suffix"
PASSWORD = f"{URN}random:index/randomPassword:RandomPassword::password"
KILLED_AFTER = Fault(Moment.AFTER)
RESPONSE_LOST = Fault(Moment.AFTER, fault_code("ConnectionReset"))


def new_chaos_run(cli: PulumiCli, base: Path) -> ChaosRun:
    project = copied_program(base / "tiny")

    def make(state: Path, faults: Faults) -> Rehearsal:
        return Rehearsal(project, "staging", state, cli=cli, open_backends=ServiceBackends, faults=faults)

    return ChaosRun(make, base / "work", TinyAdapter.edits, TinyAdapter.unprotected)


@pytest.fixture(scope="module")
def prepared(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> ChaosRun:
    ready = new_chaos_run(cli, tmp_path_factory.mktemp("chaos"))
    ready.prepare()
    return ready


def disturbed(prepared: ChaosRun, phase: Phase, operation: Operation, urn: str, fault: Fault) -> SeedResult:
    return prepared.disturb(phase, Faults([SingleWriteRule(operation, urn, fault)]))


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_resource_of_a_killed_up_is_imported_with_its_parent_and_not_created_twice(
    prepared: ChaosRun,
) -> None:
    result = disturbed(prepared, Phase.UP, Operation.CREATE, PET, KILLED_AFTER)
    assert result.problems == ()
    assert result.steps == ("cancel", "preview --import-file", "import", "refresh --clear-pending-creates", "up")
    (faults,) = result.faults
    assert "create tenant-pet" in faults
    assert "engine killed, after it took effect" in faults
    assert result.kept is None


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_resource_whose_creation_response_was_lost_is_imported(prepared: ChaosRun) -> None:
    result = disturbed(prepared, Phase.UP, Operation.CREATE, SUFFIX, RESPONSE_LOST)
    assert result.problems == ()
    assert result.steps == ("up", "preview --import-file", "import", "up")


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_killed_update_and_a_killed_destroy_are_completed(prepared: ChaosRun) -> None:
    for phase, operation in ((Phase.UPDATE, Operation.UPDATE), (Phase.DESTROY, Operation.DELETE)):
        result = disturbed(prepared, phase, operation, PASSWORD, KILLED_AFTER)
        assert len(result.faults) == 1
        assert result.problems == ()
        assert result.steps[:2] == ("cancel", "refresh --clear-pending-creates")


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_service_that_does_not_delete_is_reported_and_the_state_is_kept(
    prepared: ChaosRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServiceProvider, "delete", lambda *_: None)
    result = disturbed(prepared, Phase.DESTROY, Operation.DELETE, PET, RESPONSE_LOST)
    assert [problem.partition(":")[0] for problem in result.problems] == ["orphan in the backends"]
    assert result.kept is not None
    assert (result.kept / "world" / "resources.json").exists()


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_seed_always_makes_the_same_decisions_and_seeds_differ(prepared: ChaosRun) -> None:
    decided = [(prepared.plan_of(seed)[0], prepared.plan_of(seed)[1].rules) for seed in range(40)]
    again = [(prepared.plan_of(seed)[0], prepared.plan_of(seed)[1].rules) for seed in range(40)]
    assert [repr(plan) for plan in decided] == [repr(plan) for plan in again]
    assert {phase for phase, _ in decided} == set(Phase)
    faults = [rule.fault for _, rules in decided for rule in rules if isinstance(rule, SingleWriteRule)]
    assert {fault.moment for fault in faults if fault.code is None} == {Moment.BEFORE, Moment.AFTER}
    assert any(isinstance(rule, RandomRule) for _, rules in decided for rule in rules)


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_the_state_has_no_metadata_files_that_a_killed_engine_could_leave_incomplete(prepared: ChaosRun) -> None:
    backend = prepared.work / DEPLOYED / "backend"
    assert list(backend.rglob("staging.json"))
    assert list(backend.rglob("*.attrs")) == []


def test_the_command_reports_each_seed_respects_the_time_limit_and_says_how_to_repeat_a_failure(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChaosRun, "run", lambda self, seed: broken(seed))
    monkeypatch.setattr(ChaosRun, "prepare", lambda self: None)
    app = application(Wiring(open_backends=ServiceBackends))
    options = ["--project", str(tiny), "--state", str(tiny / "work")]
    result = CliRunner().invoke(app, ["faults", *options, "--first", "5", "--seeds", "3", "--seconds", "0"])
    assert result.exit_code == 1
    assert "✗ 1/3 seed 5: up, create x" in result.stdout
    assert "azure-rehearsal faults --stack staging --seed 5" in result.stdout
    assert "1 seeds of 3 (stopped after 0 s), 1 with problems" in result.stdout


def broken(seed: int) -> SeedResult:
    return SeedResult(seed, Phase.UP, ("create x",), ("up",), 0.1, ("orphan in the backends: x",), Path("seed"))


SOME = EndState({"urn:a": ("id-a", {"size": 1})}, [], {"id-a"}, {"address": "1"})


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (replace(SOME, incomplete=["a is pending (creating)"]), "incomplete in the state: a is pending (creating)"),
        (replace(SOME, resources={}), "missing in the state: urn:a"),
        (replace(SOME, resources={**SOME.resources, "urn:b": ("b", {})}), "unexpected in the state: urn:b"),
        (replace(SOME, resources={"urn:a": ("id-b", {"size": 1})}), "in the state with another id: urn:a"),
        (replace(SOME, resources={"urn:a": ("id-a", {"size": 2})}), "in the state with other inputs: urn:a"),
        (replace(SOME, contents=set()), "missing in the backends: id-a"),
        (replace(SOME, contents={"id-a", "id-b"}), "orphan in the backends: id-b"),
        (replace(SOME, outputs={"address": "2"}), "different output: address"),
    ],
)
def test_each_difference_of_end_states_is_reported(found: EndState, problem: str) -> None:
    assert differences(SOME, SOME) == []
    assert differences(SOME, found) == [problem]


REPORTED = replace(
    SOME,
    resources={"urn:a": ("id-a", {"probe": {"port": 1}})},
    reported={"urn:a": {"probe": {"port": 1, "state": "Up"}}},
)


@pytest.mark.parametrize(
    ("probe", "count"),
    [
        ({"port": 1, "state": "Up"}, 0),
        ({"port": 1, "state": "Down"}, 1),
        ({"port": 1, "path": "/"}, 1),
        ({"port": 2, "state": "Up"}, 1),
        ({"state": "Up"}, 1),
    ],
)
def test_additional_inputs_that_azure_reports_anyway_are_no_difference(probe: dict[str, object], count: int) -> None:
    found = replace(REPORTED, resources={"urn:a": ("id-a", {"probe": probe})})
    assert len(differences(REPORTED, found)) == count
