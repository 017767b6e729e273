"""The order and the verdict of a full rehearsal, on rehearsals that only remember."""

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


class Remembering(Rehearsal):
    """Answers as told: `refuse` names the calls that fail, `changing` what the second up does."""

    def __init__(self, stack: str, story: list[str], **answers: Any) -> None:
        self.stack = stack
        self.adapter = TinyAdapter(Path())
        self.story = story
        self.refuse: set[str] = answers.get("refuse", set())
        self.changing: tuple[Step, ...] = answers.get("changing", ())
        self.protected: bool = answers.get("protected", False)

    def _done(self, what: str, command: tuple[str, ...], **fields: Any) -> Run:
        self.story.append(f"{self.stack} {what}")
        code = 255 if f"{what} {self.story.count(f'{self.stack} {what}')}" in self.refuse else 0
        return Run(self.stack, command, code, 0.0, **fields)

    def up(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        if config == TinyAdapter.unprotected:
            self.protected = False
            return self._done("unprotect", ("up",))
        second = f"{self.stack} up" in self.story
        return self._done("up", ("up",), steps=self.changing if second else (), outputs={"a": 1})

    def destroy_preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        return self._done("destroy-preview", ("destroy", "--preview-only"))

    def destroy(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        return self._done("destroy", ("destroy",))

    def export(self, show_secrets: bool = False) -> dict[str, Any]:
        return {"resources": [{"urn": "a"}, {"urn": "b", "protect": self.protected}]}


def _perform(rehearsals: list[Remembering], left: list[str] | None = None) -> tuple[Outcome, list[str]]:
    recorded: list[str] = []
    outcome = run_lifecycle(rehearsals, lambda: left or [], lambda _: None, lambda one, _: recorded.append(one.stack))
    return outcome, recorded


def test_stacks_are_deployed_in_order_deployed_again_and_destroyed_in_reverse() -> None:
    story: list[str] = []
    outcome, recorded = _perform([Remembering("a", story), Remembering("b", story)])
    assert story == ["a up", "b up", "a up", "b up", "b destroy", "a destroy"]
    assert outcome.ok
    assert recorded == ["a", "b"]
    assert outcome.outputs == {"a": {"a": 1}, "b": {"a": 1}}


def test_a_second_deployment_that_changes_something_fails_and_names_it() -> None:
    steps = tuple(Step("update", f"urn::{n}", "t", f"pool-{n}", ("tags",)) for n in range(12))
    outcome, _ = _perform([Remembering("a", story := [], changing=steps)])
    assert story == ["a up", "a up"]
    (problem,) = outcome.problems
    assert "update pool-0 (tags)" in problem
    assert "and 2 more" in problem
    assert outcome.exit_code == 1


def test_protected_resources_must_refuse_before_they_are_unprotected_and_destroyed() -> None:
    outcome, _ = _perform([Remembering("a", story := [], protected=True, refuse={"destroy-preview 1"})])
    assert story == ["a up", "a up", "a destroy-preview", "a unprotect", "a destroy"]
    assert outcome.ok
    assert outcome.failures == []


def test_protected_resources_that_would_be_destroyed_fail_the_rehearsal() -> None:
    outcome, _ = _perform([Remembering("a", story := [], protected=True)])
    assert story[-1] == "a destroy-preview"
    assert outcome.problems == ["a: a destroy of protected resources was not refused."]


@pytest.mark.parametrize(
    ("refused", "last"),
    [("up 1", "a up"), ("up 2", "a up"), ("unprotect 1", "a unprotect"), ("destroy 1", "a destroy")],
)
def test_the_first_refusal_ends_the_rehearsal(refused: str, last: str) -> None:
    refuse = {refused, "destroy-preview 1"}
    outcome, _ = _perform([Remembering("a", story := [], protected="unprotect" in refused, refuse=refuse)])
    assert story[-1] == last
    assert outcome.exit_code == 1
    assert len(outcome.failures) == 1


def test_what_is_deployed_and_does_not_work_fails_the_rehearsal() -> None:
    story: list[str] = []
    unready = ["Service voice-system/gateway: no address"]
    outcome = run_lifecycle([Remembering("a", story)], list, lambda _: None, lambda *_: None, lambda: unready)
    assert outcome.problems == ["deployed, but not ready: Service voice-system/gateway: no address"]
    assert outcome.exit_code == 1
    assert story[-1] == "a destroy", "what is left at the end is told too"


@pytest.mark.parametrize(("command", "exit_code"), [("up", 0), ("destroy", 1)])
def test_what_a_cluster_left_behind_is_told_and_is_a_fault_after_a_destroy(command: str, exit_code: int) -> None:
    outcome = Outcome(command)
    outcome.add_orphans(["a disk, made by a claim"])
    told = outcome.notes if command == "up" else outcome.leftovers
    assert told == ["left behind in Azure by the cluster: a disk, made by a claim"]
    assert outcome.exit_code == exit_code


def test_what_is_left_in_the_cloud_fails_the_rehearsal() -> None:
    outcome, _ = _perform([Remembering("a", [])], left=["public IP pip-x in rg-y"])
    assert outcome.leftovers == ["public IP pip-x in rg-y"]
    assert outcome.exit_code == 1


def test_a_protected_stack_of_a_project_that_lifts_no_protection_is_not_destroyed() -> None:
    story: list[str] = []
    rehearsal = Remembering("a", story, protected=True, refuse={"destroy-preview 1"})
    rehearsal.adapter = Adapter(Path())
    outcome, _ = _perform([rehearsal])
    assert not outcome.ok
    assert "nothing is known that lifts the protection" in outcome.problems[0]
    assert "a destroy" not in story
