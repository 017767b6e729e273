"""The chaos_run of faults and the recovery that it tries, on the tiny program with things that really exist outside."""

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
PET = f"{URN}voice:index:Tenant$random:index/randomPet:RandomPet::tenant-pet"
SUFFIX = f"{URN}random:index/randomId:RandomId::suffix"
PASSWORD = f"{URN}random:index/randomPassword:RandomPassword::password"
KILLED_AFTER = Fault(Moment.AFTER)
ANSWER_LOST = Fault(Moment.AFTER, fault_code("ConnectionReset"))


def chaos_run(cli: PulumiCli, base: Path) -> ChaosRun:
    project = copied_program(base / "tiny")

    def make(state: Path, faults: Faults) -> Rehearsal:
        return Rehearsal(project, "staging", state, cli=cli, open_backends=ServiceBackends, faults=faults)

    return ChaosRun(make, base / "work", TinyAdapter.edits, TinyAdapter.unprotected)


@pytest.fixture(scope="module")
def prepared(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> ChaosRun:
    ready = chaos_run(cli, tmp_path_factory.mktemp("chaos_run"))
    ready.prepare()
    return ready


def disturbed(prepared: ChaosRun, phase: Phase, operation: Operation, urn: str, fault: Fault) -> SeedResult:
    return prepared.disturb(phase, Faults([SingleWriteRule(operation, urn, fault)]))


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_what_a_killed_up_made_is_taken_into_the_state_with_its_parent_and_nothing_is_made_twice(
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
def test_what_was_made_while_its_answer_got_lost_is_taken_into_the_state(prepared: ChaosRun) -> None:
    result = disturbed(prepared, Phase.UP, Operation.CREATE, SUFFIX, ANSWER_LOST)
    assert result.problems == ()
    assert result.steps == ("up", "preview --import-file", "import", "up")


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_an_update_and_a_destroy_that_were_killed_come_to_their_end(prepared: ChaosRun) -> None:
    for phase, operation in ((Phase.UPDATE, Operation.UPDATE), (Phase.DESTROY, Operation.DELETE)):
        result = disturbed(prepared, phase, operation, PASSWORD, KILLED_AFTER)
        assert len(result.faults) == 1
        assert result.problems == ()
        assert result.steps[:2] == ("cancel", "refresh --clear-pending-creates")


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_service_that_forgets_to_delete_is_found_out_and_the_state_is_kept_for_a_look(
    prepared: ChaosRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServiceProvider, "delete", lambda *_: None)
    result = disturbed(prepared, Phase.DESTROY, Operation.DELETE, PET, ANSWER_LOST)
    assert [problem.partition(":")[0] for problem in result.problems] == ["an orphan outside"]
    assert result.kept is not None
    assert (result.kept / "world" / "things.json").exists()


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_seed_always_decides_the_same_and_seeds_differ(prepared: ChaosRun) -> None:
    decided = [(prepared.plan_of(seed)[0], prepared.plan_of(seed)[1].rules) for seed in range(40)]
    again = [(prepared.plan_of(seed)[0], prepared.plan_of(seed)[1].rules) for seed in range(40)]
    assert [repr(plan) for plan in decided] == [repr(plan) for plan in again]
    assert {phase for phase, _ in decided} == set(Phase)
    faults = [rule.fault for _, rules in decided for rule in rules if isinstance(rule, SingleWriteRule)]
    assert {fault.moment for fault in faults if fault.code is None} == {Moment.BEFORE, Moment.AFTER}
    assert any(isinstance(rule, RandomRule) for _, rules in decided for rule in rules)


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_no_file_lies_beside_the_state_that_a_killed_engine_could_leave_half_written(prepared: ChaosRun) -> None:
    backend = prepared.work / DEPLOYED / "backend"
    assert list(backend.rglob("staging.json"))
    assert list(backend.rglob("*.attrs")) == []


def test_the_command_tells_each_seed_stops_in_time_and_says_how_to_repeat_a_failure(
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
    assert "1 seeds (stopped after 0 s; 3 were asked for), 1 with problems" in result.stdout


def broken(seed: int) -> SeedResult:
    return SeedResult(seed, Phase.UP, ("create x",), ("up",), 0.1, ("an orphan outside: x",), Path("seed"))


SOME = EndState({"urn:a": ("id-a", {"size": 1})}, [], {"id-a"}, {"address": "1"})


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (replace(SOME, incomplete=["a is pending (creating)"]), "incomplete in the state: a is pending (creating)"),
        (replace(SOME, resources={}), "not in the state: urn:a"),
        (replace(SOME, resources={**SOME.resources, "urn:b": ("b", {})}), "in the state, and should not be: urn:b"),
        (replace(SOME, resources={"urn:a": ("id-b", {"size": 1})}), "in the state under another id: urn:a"),
        (replace(SOME, resources={"urn:a": ("id-a", {"size": 2})}), "in the state with other inputs: urn:a"),
        (replace(SOME, contents=set()), "missing outside: id-a"),
        (replace(SOME, contents={"id-a", "id-b"}), "an orphan outside: id-b"),
        (replace(SOME, outputs={"address": "2"}), "another output: address"),
    ],
)
def test_each_way_to_end_elsewhere_is_told(found: EndState, problem: str) -> None:
    assert differences(SOME, SOME) == []
    assert differences(SOME, found) == [problem]


REPORTED = replace(
    SOME,
    resources={"urn:a": ("id-a", {"probe": {"port": 1}})},
    reported={"urn:a": {"probe": {"port": 1, "state": "Up"}}},
)


@pytest.mark.parametrize(
    ("probe", "told"),
    [
        ({"port": 1, "state": "Up"}, 0),
        ({"port": 1, "state": "Down"}, 1),
        ({"port": 1, "path": "/"}, 1),
        ({"port": 2, "state": "Up"}, 1),
        ({"state": "Up"}, 1),
    ],
)
def test_inputs_that_only_say_what_is_reported_anyway_are_the_same_end(probe: dict[str, object], told: int) -> None:
    found = replace(REPORTED, resources={"urn:a": ("id-a", {"probe": probe})})
    assert len(differences(REPORTED, found)) == told
