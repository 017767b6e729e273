"""The recording that a plan leads to."""

from __future__ import annotations

from typing import Any, cast

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.events import Step
from azure_rehearsal.engine.run import Run
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY
from azure_rehearsal.reports.planned import planned
from azure_rehearsal.reports.preview import preview
from simulator_tests.reports.recordings import entry, urn

SUBNET = "azure-native:network:Subnet"


def plan_of(name: str, steps: list[str], **goal: Any) -> dict[str, Any]:
    whole = {"type": SUBNET, "parent": "", "dependencies": [], **goal} if goal or "delete" not in steps else None
    return {"resourcePlans": {urn(name): {"goal": whole, "steps": steps, "state": {}}}}


def test_an_edit_changes_only_the_inputs_in_the_plan() -> None:
    before = [entry("s", "network:Subnet", {"kept": 1, "changed": 2, "gone": 3})]
    difference = {"adds": {"new": 4, "__defaults": []}, "updates": {"changed": 5}, "deletes": ["gone"]}
    step = Step("update", urn("s"), SUBNET, "s", ("changed",))
    (after,) = planned(plan_of("s", ["update"], inputDiff=difference), before, [step])
    assert after["inputs"] == {"kept": 1, "changed": 5, "new": 4}
    assert (after["op"], after["changed"]) == ("update", ["changed"])


def test_unknown_and_secret_values_are_marked() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    secret = {SIGNATURE_KEY: SECRET, "ciphertext": "hunter2"}
    adds = {"password": secret, "subnet": {"id": unknown}, "list": [unknown, 1]}
    (after,) = planned(plan_of("s", ["create"], inputDiff={"adds": adds}), [], [])
    assert after["inputs"] == {"password": "[secret]", "subnet": {"id": "[unknown]"}, "list": ["[unknown]", 1]}


def test_a_planned_deletion_keeps_its_inputs_so_that_its_cost_is_known() -> None:
    before = [entry("s", "network:Subnet", {"a": 1}, waits_for=["other"], parent=urn("p"))]
    plan = {"resourcePlans": {before[0]["urn"]: {"goal": None, "steps": ["delete"]}}}
    (after,) = planned(plan, before, [])
    assert (after["op"], after["inputs"], after["dependencies"], after["type"]) == (
        "delete",
        {"a": 1},
        ["other"],
        SUBNET,
    )


def test_a_replacement_is_one_operation() -> None:
    steps = ["create-replacement", "replace", "delete-replaced"]
    (after,) = planned(plan_of("s", steps, inputDiff={}), [], [])
    assert after["op"] == "replace"


class RefusedRehearsal:
    """Refuses every preview before it writes a plan."""

    def export(self, show_secrets: bool = False) -> dict[str, Any]:
        return {}

    def preview(self, *arguments: str, config: object = None) -> Run:
        return Run("test", ("preview", *arguments), 255, 1.0)


def test_a_refused_preview_has_no_outlook() -> None:
    refused = preview(cast("Rehearsal", RefusedRehearsal()))
    assert refused.run.command[1] == "--save-plan"
    assert refused.forecast is None
