"""A search for known secrets in all output of the platform's lifecycle.

The test plants a value for each name in `voice:secrets`. The platform generates further secrets, and Azure its keys and
the kubeconfig. The search covers the output and files of each command, the state and the simulated cloud.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.protocol.values import SECRET, SIGNATURE_KEY
from azure_rehearsal.testing import made_once
from tests.rehearsal.projects import copied_project
from tests.unit.stacks import PROJECT

pytestmark = [pytest.mark.rehearsal, pytest.mark.exhaustive]

USER_SECRETS = ("openAiApiKey", "exampleTrunk")
ROTATED = ("--config", "voice:keyVault.generations.jwt-signing-key=2")


@dataclass
class Lifecycle:
    """The searched texts by source, the secrets by name, and the state with all secrets decrypted."""

    searched: dict[str, str] = field(default_factory=dict)
    decrypted: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def lifecycle(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Lifecycle:
    def live(base: Path) -> None:
        base.mkdir()
        (base / "lifecycle.json").write_text(json.dumps(asdict(_run_lifecycle(base, cli))))

    return Lifecycle(**json.loads((made_once(tmp_path_factory, "planted", live) / "lifecycle.json").read_text()))


def _run_lifecycle(base: Path, cli: PulumiCli) -> Lifecycle:
    project, state, files = copied_project(base / "project"), base / "state", base / "files"
    files.mkdir()
    _plant(project / "Pulumi.staging.yaml")
    lifecycle = Lifecycle()

    def run_command(*words: str, fails: bool = False) -> None:
        command = [
            sys.executable,
            "-m",
            "azure_rehearsal",
            *words[:1],
            "--project",
            str(project),
            "--state",
            str(state),
        ]
        done = subprocess.run([*command, *words[1:]], cwd=PROJECT, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        lifecycle.searched[f"{len(lifecycle.searched)} {' '.join(words)}"] = output

    def record_state() -> None:
        with Rehearsal(project, "staging", state, cli=cli) as rehearsal:
            deployment = rehearsal.export(show_secrets=True)
        lifecycle.secrets |= secrets_of(deployment)
        lifecycle.decrypted += json.dumps(deployment)
        for path in sorted(path for path in state.rglob("*") if path.is_file()):
            lifecycle.searched[f"{len(lifecycle.searched)} {path.relative_to(state)}"] = path.read_text(
                errors="replace"
            )

    run_command("preview", "--markdown", str(files / "first.md"))
    run_command("up", "--fail", "keyvault:Secret:*:ProvisioningFailed*3", fails=True)
    run_command("up", "--record", str(files / "made.json"), "--diagram", str(files / "made.svg"), "--json")
    record_state()
    run_command("preview", "--markdown", str(files / "second.md"), "--json", *ROTATED)
    run_command("pulumi", *ROTATED, "--", "preview", "--diff")
    run_command("up", "--fail", "keyvault:Secret:*:AuthorizationFailed", "--json", *ROTATED, fails=True)
    run_command("up", "--record", str(files / "rotated.json"), "--diagram", str(files / "rotated.svg"), *ROTATED)
    record_state()
    run_command("change", "voice-eastus-vault-secret-jwt-signing-key", "properties.contentType=text/html")
    run_command("drift", fails=True)
    run_command("drift", "--json", fails=True)
    run_command("pulumi", "--", "stack", "export")
    run_command("pulumi", "--", "stack", "output", "--json")
    run_command("destroy", "--fail", "keyvault:Secret:*:AuthorizationFailed", fails=True)
    run_command("destroy", "--json")
    record_state()
    lifecycle.searched |= {path.name: path.read_text() for path in files.iterdir()}
    return lifecycle


def _plant(stack_file: Path) -> None:
    content = yaml.safe_load(stack_file.read_text())
    content["config"]["voice:secrets"] = {name: {"secure": "AAAA"} for name in USER_SECRETS}
    content["config"]["voice:egress"] = {"enabled": True, "replicas": 1, "cpu": 2}
    stack_file.write_text(yaml.safe_dump(content))


def secrets_of(deployment: dict[str, Any]) -> dict[str, str]:
    """The secrets of the vault, of pulumi-random and of the kubeconfig, by origin."""
    found: dict[str, str] = {}
    for resource in deployment.get("resources", []):
        name, outputs = resource["urn"].rsplit("::", 1)[-1], resource.get("outputs", {})
        if resource["type"] == "azure-native:keyvault:Secret":
            found[name] = plain(resource["inputs"]["properties"])["value"]
        elif resource["type"] == "random:index/randomPassword:RandomPassword":
            found |= {f"{name} {key} {outputs['keepers']}": plain(outputs[key]) for key in ("result", "bcryptHash")}
        elif resource["type"] == "pulumi:providers:kubernetes":
            cluster = yaml.safe_load(plain(resource["inputs"]["kubeconfig"]))["clusters"][0]["cluster"]
            found["kubeconfig"] = cluster["certificate-authority-data"]
    return found


def plain(value: Any) -> Any:
    """A value of the state with its secrets decrypted, at any depth."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            return plain(json.loads(value["plaintext"]))
        return {key: plain(item) for key, item in value.items()}
    return value


def test_every_kind_of_secret_exists(lifecycle: Lifecycle) -> None:
    vault = "voice-eastus-vault-secret-"
    assert {f"{vault}{name}" for name in USER_SECRETS} <= lifecycle.secrets.keys()
    assert {lifecycle.secrets[f"{vault}{name}"] for name in USER_SECRETS} == {
        f"rehearsed-voice.secrets.{name}" for name in USER_SECRETS
    }
    assert {f"{vault}redis-password", f"{vault}egress-storage-key", "kubeconfig"} <= lifecycle.secrets.keys()
    rotated = {name for name in lifecycle.secrets if name.startswith("voice-eastus-vault-value-jwt-signing-key result")}
    assert len(rotated) == 2
    assert all(len(value) >= 16 for value in lifecycle.secrets.values())


def test_the_searched_texts_contain_the_names_of_the_secrets(lifecycle: Lifecycle) -> None:
    for where in ("made.json", "rotated.json", "second.md"):
        assert "jwt-signing-key" in lifecycle.searched[where]
    refused = [text for words, text in lifecycle.searched.items() if "--fail" in words]
    assert len(refused) == 3
    assert all("vault-secret" in text for text in refused)
    assert any(where.endswith("azure.json") for where in lifecycle.searched)
    assert any("stacks" in where and where.endswith("staging.json") for where in lifecycle.searched)


def test_the_search_finds_secrets(lifecycle: Lifecycle) -> None:
    assert set(shown_in(lifecycle.decrypted, lifecycle.secrets)) == lifecycle.secrets.keys()


def test_no_searched_text_contains_a_secret(lifecycle: Lifecycle) -> None:
    leaks = [(name, where) for where, text in lifecycle.searched.items() for name in shown_in(text, lifecycle.secrets)]
    assert leaks == []


def shown_in(text: str, secrets: dict[str, str]) -> Iterator[str]:
    """The names of the secrets that a text contains verbatim, in JSON or in base64."""
    for name, value in secrets.items():
        in_json = json.dumps(value)[1:-1]
        forms = {value, in_json, json.dumps(in_json)[1:-1], base64.b64encode(value.encode()).decode()}
        if any(form in text for form in forms):
            yield name
