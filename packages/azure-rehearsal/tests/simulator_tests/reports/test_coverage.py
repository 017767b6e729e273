"""The count of resource types without rules in reports."""

from __future__ import annotations

import io

from rich.console import Console

from azure_rehearsal.engine.events import Step
from azure_rehearsal.engine.outcome import Outcome
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports import report
from azure_rehearsal.reports.coverage import coverage_line


def _run(*types: str) -> Run:
    steps = tuple(Step("create", f"urn::{type}", type, "it") for type in types)
    return Run("staging", ("up",), 0, 1.0, steps=steps)


def test_azure_types_without_rules_are_counted_and_named() -> None:
    run = _run("pulumi:pulumi:Stack", "azure-native:network:Subnet", "azure-native:web:WebApp", "random:index:RandomId")
    assert coverage_line([run, run]) == ("1 of 2 Azure types without rules (checked by their shape only): web:WebApp")


def test_a_run_with_rules_for_all_types_has_no_line() -> None:
    assert coverage_line([_run("azure-native:network:Subnet", "kubernetes:core/v1:Service")]) == ""


def test_many_types_are_shortened() -> None:
    line = coverage_line([_run(*(f"azure-native:web:Type{n}" for n in range(12)))])
    assert line.startswith("12 of 12 Azure types")
    assert line.endswith(" and 4 more")


def test_both_reports_have_the_types() -> None:
    outcome = Outcome("up")
    outcome.add(_run("azure-native:web:WebApp"))
    text = io.StringIO()
    report.show(outcome, Console(file=text, width=100, highlight=False))
    assert "1 of 1 Azure types without rules" in text.getvalue()
    assert report.as_json(outcome)["typesWithoutRules"] == ["azure-native:web:WebApp"]
