"""A program with one resource of each type apart from networks and clusters, on the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.engine.run import Run
from simulator_tests.conftest import PROGRAMS

PASSWORDS = ("horse battery staple", "Correct-Horse-7")
ELSEWHERE = {"resources", "network", "privatedns", "managedidentity", "authorization", "containerservice"}
"""SDK modules that other programs cover, except for the types in `HERE`."""
HERE = {"PrivateEndpoint", "PrivateDnsZoneGroup", "FlowLog"}
NEVER = {"azure-native:redis:Redis"}
"""Types that Azure always refuses."""

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]


@dataclass(frozen=True)
class Lifecycle:
    """The runs of the stack."""

    first: Run
    second: Run
    refresh_changes: Run
    destroyed: Run
    cloud: str
    leftovers: list[str]


@pytest.fixture(scope="module")
def life(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lifecycle]:
    state = tmp_path_factory.mktemp("services")
    with Rehearsal(PROGRAMS / "services", "staging", state, cli=cli) as rehearsal:
        first, second, refresh_changes = rehearsal.up(), rehearsal.up(), rehearsal.refresh()
        cloud = next(state.rglob("azure.json")).read_text(encoding="utf-8")
        destroyed = rehearsal.destroy()
        yield Lifecycle(first, second, refresh_changes, destroyed, cloud, rehearsal.backends.leftovers())


def test_every_type_can_be_created(life: Lifecycle) -> None:
    assert life.first.ok, life.first.text
    created = {step.urn.split("::")[-2].split("$")[-1] for step in life.first.steps}
    wanted = {
        token for token in type_registry.types() if token.split(":")[1] not in ELSEWHERE or token.split(":")[2] in HERE
    }
    assert wanted - created == NEVER


def test_a_second_up_and_a_refresh_change_nothing(life: Lifecycle) -> None:
    assert life.second.ok, life.second.text
    assert life.second.changes == {}
    assert life.refresh_changes.changes == {}


def test_no_password_is_in_the_simulated_azure(life: Lifecycle) -> None:
    assert "db-password" in life.cloud
    assert not [word for word in PASSWORDS if word in life.cloud]


def test_nothing_is_left_after_destroy(life: Lifecycle) -> None:
    assert life.destroyed.ok, life.destroyed.text
    assert life.leftovers == []
