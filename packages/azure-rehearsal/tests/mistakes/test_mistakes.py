"""Mistakes from public reports are refused with the code that the report quotes. `mistakes.yaml` lists them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from azure_rehearsal.protocol.provider import Refused
from simulator_tests.azure.cluster_setup import cluster
from simulator_tests.azure.concurrency import run_concurrently
from simulator_tests.azure.harness import GROUP, AzureHarness

MISTAKES: Final[list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text())
REFERENCE: Final = re.compile(r"\$\{([^.}]+)\.(\w+)\}")

MAKERS: Final[dict[str, Callable[..., object]]] = {
    "cluster": cluster,
    "pool": AzureHarness.pool,
    "role": lambda azure, scope: azure.role(azure["id-cluster"]["principalId"], "Network Contributor", scope),
}
"""Resources with many inputs, from the harness. `inputs` are changes of its own."""


def resolved(azure: AzureHarness, value: Any) -> Any:
    """A value with the ids and outputs of earlier resources."""
    if isinstance(value, dict):
        return {key: resolved(azure, item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(azure, item) for item in value]

    def output(match: re.Match[str]) -> str:
        made = azure[match[1]]
        return made.id if match[2] == "id" else str(made[match[2]])

    return REFERENCE.sub(output, value) if isinstance(value, str) else value


def take(azure: AzureHarness, step: dict[str, Any]) -> None:
    """One step: creates, changes or deletes a resource."""
    inputs = resolved(azure, step.get("inputs", {}))
    if "delete" in step:
        azure.delete(azure[step["delete"]])
    elif "change" in step:
        azure.change(azure[step["change"]], **inputs)
    elif step["create"] in MAKERS:
        MAKERS[step["create"]](azure, **inputs)
    else:
        azure.make(step["create"], step["name"], **{"resourceGroupName": GROUP, **inputs})


@pytest.fixture
def azure() -> AzureHarness:
    """An empty simulated Azure with instantaneous writes."""
    return AzureHarness()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["mistake"])
def test_a_reported_mistake_is_refused(azure: AzureHarness, mistake: dict[str, Any]) -> None:
    for name in mistake["given"]:
        getattr(azure, name)()
    *before, last = mistake["steps"]
    if mistake.get("at_once"):
        refusals = run_concurrently(azure, *(lambda azure, step=step: take(azure, step) for step in mistake["steps"]))
    else:
        for step in before:
            take(azure, step)
        with pytest.raises(Refused) as caught:
            take(azure, last)
        refusals = [caught.value]

    assert [refusal.code for refusal in refusals] == [mistake["code"]], refusals
    assert mistake.get("fragment", "") in str(refusals[0])
    assert refusals[0].remediation


def test_thirty_mistakes_are_refused() -> None:
    assert len({mistake["mistake"] for mistake in MISTAKES}) >= 30


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["mistake"])
def test_each_mistake_names_its_report(mistake: dict[str, Any]) -> None:
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+", mistake["source"])
