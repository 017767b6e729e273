"""Time and cost on a terminal."""

from __future__ import annotations

import io
import json
from typing import Any

from rich.console import Console

from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports import terminal
from azure_rehearsal.reports.change import Change, change_of
from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.duration import wall_time
from azure_rehearsal.reports.duration_table import Minutes
from azure_rehearsal.reports.formatting import change, dollars, minutes
from azure_rehearsal.reports.price_table import Dollars
from simulator_tests.reports.recordings import entry, urn
from simulator_tests.reports.sample_platform import small_platform


def _console() -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=100, highlight=False), text


def _shown(recording: list[dict[str, Any]]) -> list[str]:
    console, text = _console()
    terminal.show(wall_time(recording), monthly_cost(recording), console)
    return [" ".join(line.split()) for line in text.getvalue().splitlines()]


def test_the_critical_path_has_its_minutes_and_their_certainty() -> None:
    lines = _shown([entry("aks", "containerservice:ManagedCluster", {"sku": {"tier": "Free"}})])
    assert "Expected time on Azure: about 8 min (4 min to 15 min)" in lines
    assert "aks create 8.0 4.0 15.0 ?" in lines
    assert "Minutes. ? estimate." in lines


def test_the_cost_is_by_component_with_assumptions_and_omissions() -> None:
    lines = _shown(small_platform())
    assert any(line.startswith("Monthly cost on Azure: $") for line in lines)
    assert [line.split()[0] for line in lines if line.startswith(("region ", "net ", "data "))] == [
        "data",
        "net",
        "region",
    ]
    text = " ".join(lines)
    assert "Not counted:" in text
    assert "Without a price, not in the sums:" in text
    assert "database-server (azure-native:dbforpostgresql:Server): the server has no storage size" in text


def test_a_deployment_without_changes_takes_no_time() -> None:
    lines = _shown([entry("zone", "privatedns:PrivateZone", op="same")])
    assert not any("Expected time" in line for line in lines)
    assert "Monthly cost on Azure: $0.50" in lines


def _planned(inputs: dict[str, Any], before: list[dict[str, Any]]) -> Change:
    goal = {"type": "azure-native:network:PublicIPPrefix", "inputDiff": {"updates": inputs}}
    plan = {
        "resourcePlans": {urn("prefix", "azure-native:network:PublicIPPrefix"): {"goal": goal, "steps": ["update"]}}
    }
    return change_of(Run("test", ("preview",), 0, 1.0), plan, before)


def test_a_preview_ends_with_the_additional_cost() -> None:
    console, text = _console()
    before = [entry("prefix", "network:PublicIPPrefix", {"prefixLength": 30})]
    terminal.show_change(_planned({"prefixLength": 28}, before), console)
    assert "test: $70.08 a month on Azure, +$52.56" in text.getvalue()
    assert "  +$52.56  prefix" in text.getvalue()


def test_a_refused_preview_has_no_cost_and_no_time() -> None:
    console, text = _console()
    refused = change_of(Run("test", ("preview",), 255, 1.0), {}, [])
    terminal.show_change(refused, console)
    assert text.getvalue() == ""
    assert refused.as_json() == {"stack": "test"}


def test_the_json_has_the_same_figures() -> None:
    recording = small_platform()
    cost, time = monthly_cost(recording), wall_time(recording)
    found = json.loads(json.dumps({"cost": cost.as_json(), "time": time.as_json()}))
    assert found["cost"]["monthly"] == cost.total.as_json()
    assert sum(part["monthly"]["low"] for part in found["cost"]["components"].values()) == round(cost.total.low, 2)
    assert [item["urn"] for item in found["time"]["stacks"][0]["criticalPath"]] == [
        item.urn for item in time.stacks[0].path
    ]


def test_amounts_have_readable_texts() -> None:
    assert dollars(Dollars(3.654, 3.654)) == "$3.65"
    assert dollars(Dollars(912.78, 1927.7)) == "$913\N{EN DASH}$1,928"
    assert change(Dollars(0, -35.2)) == "+$0.00 to \N{MINUS SIGN}$35.20"
    assert minutes(Minutes(0.5, 31.8, 112)) == "about 32 min (30 s to 1 h 52 min)"
