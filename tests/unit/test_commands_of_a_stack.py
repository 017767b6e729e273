"""`make capacity` and `make status` as people run them: what they are told at the end, or instead."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer import Typer
from typer.testing import CliRunner

from tests.unit.fake_api_server import FakeApiServer, api_server, node
from tools import capacity, status


def told(command: Typer, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, " ".join(result.output.split())


@pytest.fixture
def asked_capacity() -> Typer:
    command = Typer()
    command.command()(capacity.main)
    return command


@pytest.fixture
def asked_status() -> Typer:
    command = Typer()
    command.command()(status.main)
    return command


@pytest.mark.parametrize("calls", [(), ("--calls", "300")])
def test_a_stack_file_that_states_the_calls_needs_no_edit(asked_capacity: Typer, calls: tuple[str, ...]) -> None:
    code, text = told(asked_capacity, "--stack", "prod", *calls)
    assert code == 0
    assert text.endswith("Nothing to write: Pulumi.prod.yaml states and carries them.")


def test_whose_sizes_are_reckoned_with_is_said_first(asked_capacity: Typer) -> None:
    code, text = told(asked_capacity, "--calls", "1000")
    assert code == 1
    assert "1000 calls at once in stack staging" in text
    assert "Sizes are those of Pulumi.staging.yaml; STACK= takes another stack's." in text
    assert "That cannot be had" in text


@pytest.mark.parametrize("calls", ["0", "-5", "abc", "1e3"])
def test_what_is_no_number_of_calls_is_refused(asked_capacity: Typer, calls: str) -> None:
    code, text = told(asked_capacity, "--calls", calls)
    assert code == 2
    assert "--calls" in text


def test_carriers_that_call_nodes_can_be_told_which_addresses_have_one(asked_status: Typer, tmp_path: Path) -> None:
    addresses = [{"type": "InternalIP", "address": "10.10.8.132"}, {"type": "ExternalIP", "address": "198.51.100.7"}]
    media = {**node("sip-1", "sip", "a"), "status": {"addresses": addresses}}
    with api_server(FakeApiServer(nodes=[media, node("api-1", "api", "a")])) as server:
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump(server.kubeconfig))
        code, text = told(asked_status, "--stack", "prod", "--kubeconfig", str(file))
    assert code == 0
    assert "sip a active 1 198.51.100.7" in text
    assert "api a active 1 -" in text


def test_of_a_rehearsal_it_is_said_which_clusters_can_be_asked(
    asked_status: Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, text = told(asked_status)
    assert code == 2
    assert "The Pulumi CLI is not on PATH" in text
    assert "With CLUSTER=real its clusters can be asked: `make serve` names a file." in text
