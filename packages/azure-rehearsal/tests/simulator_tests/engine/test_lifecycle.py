"""The order and the result of a full lifecycle, on rehearsals that only log their calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from azure_rehearsal.adapter import Adapter
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.events import Step
from azure_rehearsal.engine.lifecycle import run_lifecycle
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from simulator_tests.tiny_adapter import TinyAdapter


class FakeRehearsal(Rehearsal):
    """Logs its calls. `refuse` are the calls that fail, `changing` the steps of the second up."""

    def __init__(self, stack: str, calls: list[str], **answers: Any) -> None:
        self.stack = stack
        self.adapter = TinyAdapter(Path())
        self.calls = calls
        self.refuse: set[str] = answers.get("refuse", set())
        self.changing: tuple[Step, ...] = answers.get("changing", ())
        self.protected: bool = answers.get("protected", False)

    def _done(self, call: str, command: tuple[str, ...], **fields: Any) -> Run:
        self.calls.append(f"{self.stack} {call}")
        code = 255 if f"{call} {self.calls.count(f'{self.stack} {call}')}" in self.refuse else 0
        return Run(self.stack, command, code, 0.0, **fields)

    def up(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        if config == TinyAdapter.unprotected:
            self.protected = False
            return self._done("unprotect", ("up",))
        second = f"{self.stack} up" in self.calls
        return self._done("up", ("up",), steps=self.changing if second else (), outputs={"a": 1})

    def destroy_preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        return self._done("destroy-preview", ("destroy", "--preview-only"))

    def destroy(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        return self._done("destroy", ("destroy",))

    def export(self, show_secrets: bool = False) -> dict[str, Any]:
        return {"resources": [{"urn": "a"}, {"urn": "b", "protect": self.protected}]}


def _run(rehearsals: list[FakeRehearsal], left: list[str] | None = None) -> tuple[Outcome, list[str]]:
    recorded: list[str] = []
    outcome = run_lifecycle(rehearsals, lambda: left or [], lambda _: None, lambda one, _: recorded.append(one.stack))
    return outcome, recorded


def test_stacks_are_deployed_in_order_deployed_again_and_destroyed_in_reverse() -> None:
    calls: list[str] = []
    outcome, recorded = _run([FakeRehearsal("a", calls), FakeRehearsal("b", calls)])
    assert calls == ["a up", "b up", "a up", "b up", "b destroy", "a destroy"]
    assert outcome.ok
    assert recorded == ["a", "b"]
    assert outcome.outputs == {"a": {"a": 1}, "b": {"a": 1}}


def test_a_second_deployment_with_changes_fails_and_names_them() -> None:
    steps = tuple(Step("update", f"urn::{n}", "t", f"pool-{n}", ("tags",)) for n in range(12))
    outcome, _ = _run([FakeRehearsal("a", calls := [], changing=steps)])
    assert calls == ["a up", "a up"]
    (problem,) = outcome.problems
    assert "update pool-0 (tags)" in problem
    assert "and 2 more" in problem
    assert outcome.exit_code == 1


def test_a_destroy_must_be_refused_before_resources_are_unprotected_and_destroyed() -> None:
    outcome, _ = _run([FakeRehearsal("a", calls := [], protected=True, refuse={"destroy-preview 1"})])
    assert calls == ["a up", "a up", "a destroy-preview", "a unprotect", "a destroy"]
    assert outcome.ok
    assert outcome.failures == []


def test_protected_resources_that_would_be_destroyed_fail_the_rehearsal() -> None:
    outcome, _ = _run([FakeRehearsal("a", calls := [], protected=True)])
    assert calls[-1] == "a destroy-preview"
    assert outcome.problems == ["a: the destroy of protected resources was not refused."]


@pytest.mark.parametrize(
    ("refused", "last"),
    [("up 1", "a up"), ("up 2", "a up"), ("unprotect 1", "a unprotect"), ("destroy 1", "a destroy")],
)
def test_the_first_refusal_ends_the_rehearsal(refused: str, last: str) -> None:
    refuse = {refused, "destroy-preview 1"}
    outcome, _ = _run([FakeRehearsal("a", calls := [], protected="unprotect" in refused, refuse=refuse)])
    assert calls[-1] == last
    assert outcome.exit_code == 1
    assert len(outcome.failures) == 1


def test_a_deployed_object_that_is_not_ready_fails_the_rehearsal() -> None:
    calls: list[str] = []
    unready = ["Service shop-system/gateway: no address"]
    outcome = run_lifecycle([FakeRehearsal("a", calls)], list, lambda _: None, lambda *_: None, lambda: unready)
    assert outcome.problems == ["deployed, but not ready: Service shop-system/gateway: no address"]
    assert outcome.exit_code == 1
    assert calls[-1] == "a destroy", "the stack is destroyed nevertheless"


@pytest.mark.parametrize(("command", "exit_code"), [("up", 0), ("destroy", 1)])
def test_orphans_of_clusters_are_notes_after_an_up_and_leftovers_after_a_destroy(command: str, exit_code: int) -> None:
    outcome = Outcome(command)
    outcome.add_orphans(["a disk, made by a claim"])
    texts = outcome.notes if command == "up" else outcome.leftovers
    assert texts == ["orphan of a cluster in Azure: a disk, made by a claim"]
    assert outcome.exit_code == exit_code


def test_leftovers_fail_the_rehearsal() -> None:
    outcome, _ = _run([FakeRehearsal("a", [])], left=["public IP pip-x in rg-y"])
    assert outcome.leftovers == ["public IP pip-x in rg-y"]
    assert outcome.exit_code == 1


def test_a_protected_stack_is_not_destroyed_if_the_project_cannot_lift_the_protection() -> None:
    calls: list[str] = []
    rehearsal = FakeRehearsal("a", calls, protected=True, refuse={"destroy-preview 1"})
    rehearsal.adapter = Adapter(Path())
    outcome, _ = _run([rehearsal])
    assert not outcome.ok
    assert "no setting that lifts the protection is known" in outcome.problems[0]
    assert "a destroy" not in calls
