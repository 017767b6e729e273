"""`voice capacity` and `voice status` from the command line: their output and their errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.fake_api_server import FakeApiServer, api_server, node
from tests.unit.voice_command import run


@pytest.mark.parametrize("calls", [(), ("--calls", "300")])
def test_a_stack_file_that_carries_the_calls_needs_no_change(calls: tuple[str, ...]) -> None:
    code, text = run("capacity", "--stack", "prod", *calls)
    assert code == 0
    assert text.endswith("No change needed: Pulumi.prod.yaml carries these calls.")


def test_the_report_names_the_stack_file_of_its_sizes() -> None:
    code, text = run("capacity", "--calls", "1000")
    assert code == 1
    assert "1000 concurrent calls in stack staging" in text
    assert "Sizes of nodes and pods come from Pulumi.staging.yaml." in text
    assert "This stack cannot carry the calls" in text


@pytest.mark.parametrize("calls", ["0", "-5", "abc", "1e3"])
def test_calls_must_be_a_positive_integer(calls: str) -> None:
    code, text = run("capacity", "--calls", calls)
    assert code == 2
    assert "--calls" in text


def test_status_lists_the_public_addresses_that_have_a_node(tmp_path: Path) -> None:
    addresses = [{"type": "InternalIP", "address": "10.10.8.132"}, {"type": "ExternalIP", "address": "198.51.100.7"}]
    media = {**node("sip-1", "sip", "a"), "status": {"addresses": addresses}}
    with api_server(FakeApiServer(nodes=[media, node("api-1", "api", "a")])) as server:
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump(server.kubeconfig))
        code, text = run("status", "--stack", "prod", "--kubeconfig", str(file))
    assert code == 0
    assert "sip a active 1 198.51.100.7" in text
    assert "api a active 1 -" in text


def test_the_error_names_the_command_for_a_simulated_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, text = run("status")
    assert code == 2
    assert "The Pulumi CLI is not on PATH" in text
    assert "run `.venv/bin/azure-rehearsal serve`, and pass the kubeconfig that it names." in text
