"""Known secrets are planted, the platform lives its life, and whatever anybody gets to see is searched for them.

Planted are a value for each name in `voice:secrets`; the platform adds those that it draws, and Azure its own keys and
the way into the cluster. Seen is what each command prints, every file that it was asked for, the state and the
simulated cloud.
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

GIVEN = ("openAiApiKey", "exampleTrunk")
ROTATED = ("--config", "voice:keyVault.generations.jwt-signing-key=2")


@dataclass
class Life:
    """What was seen, by where it was seen, the secrets by their names, and the state with all secrets shown."""

    seen: dict[str, str] = field(default_factory=dict)
    opened: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def life(cli: PulumiCli, tmp_path_factory: pytest.TempPathFactory) -> Life:
    def live(base: Path) -> None:
        base.mkdir()
        (base / "life.json").write_text(json.dumps(asdict(_lived(base, cli))))

    return Life(**json.loads((made_once(tmp_path_factory, "planted", live) / "life.json").read_text()))


def _lived(base: Path, cli: PulumiCli) -> Life:
    project, state, files = copied_project(base / "project"), base / "state", base / "files"
    files.mkdir()
    _plant(project / "Pulumi.staging.yaml")
    life = Life()

    def typed(*words: str, fails: bool = False) -> None:
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
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        life.seen[f"{len(life.seen)} {' '.join(words)}"] = said

    def remembered() -> None:
        with Rehearsal(project, "staging", state, cli=cli) as rehearsal:
            deployment = rehearsal.export(show_secrets=True)
        life.secrets |= secrets_of(deployment)
        life.opened += json.dumps(deployment)
        for path in sorted(path for path in state.rglob("*") if path.is_file()):
            life.seen[f"{len(life.seen)} {path.relative_to(state)}"] = path.read_text(errors="replace")

    typed("preview", "--markdown", str(files / "first.md"))
    typed("up", "--fail", "keyvault:Secret:*:ProvisioningFailed*3", fails=True)
    typed("up", "--record", str(files / "made.json"), "--diagram", str(files / "made.svg"), "--json")
    remembered()
    typed("preview", "--markdown", str(files / "second.md"), "--json", *ROTATED)
    typed("pulumi", *ROTATED, "--", "preview", "--diff")
    typed("up", "--fail", "keyvault:Secret:*:AuthorizationFailed", "--json", *ROTATED, fails=True)
    typed("up", "--record", str(files / "rotated.json"), "--diagram", str(files / "rotated.svg"), *ROTATED)
    remembered()
    typed("change", "voice-eastus-vault-secret-jwt-signing-key", "properties.contentType=text/html")
    typed("drift", fails=True)
    typed("drift", "--json", fails=True)
    typed("pulumi", "--", "stack", "export")
    typed("pulumi", "--", "stack", "output", "--json")
    typed("destroy", "--fail", "keyvault:Secret:*:AuthorizationFailed", fails=True)
    typed("destroy", "--json")
    remembered()
    life.seen |= {path.name: path.read_text() for path in files.iterdir()}
    return life


def _plant(stack_file: Path) -> None:
    content = yaml.safe_load(stack_file.read_text())
    content["config"]["voice:secrets"] = {name: {"secure": "AAAA"} for name in GIVEN}
    stack_file.write_text(yaml.safe_dump(content))


def secrets_of(deployment: dict[str, Any]) -> dict[str, str]:
    """What is in the vault, what was drawn, and what is in the kubeconfig, by where it comes from."""
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
    """A value of the state with its secrets opened, at any depth."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET:
            return plain(json.loads(value["plaintext"]))
        return {key: plain(item) for key, item in value.items()}
    return value


def test_every_kind_of_secret_was_planted(life: Life) -> None:
    vault = "voice-eastus-vault-secret-"
    assert {f"{vault}{name}" for name in GIVEN} <= life.secrets.keys()
    assert {life.secrets[f"{vault}{name}"] for name in GIVEN} == {f"rehearsed-voice.secrets.{name}" for name in GIVEN}
    assert {f"{vault}redis-password", f"{vault}egress-storage-key", "kubeconfig"} <= life.secrets.keys()
    rotated = {name for name in life.secrets if name.startswith("voice-eastus-vault-value-jwt-signing-key result")}
    assert len(rotated) == 2
    assert all(len(value) >= 16 for value in life.secrets.values())


def test_what_was_searched_speaks_of_the_secrets_by_name(life: Life) -> None:
    for where in ("made.json", "rotated.json", "second.md"):
        assert "jwt-signing-key" in life.seen[where]
    refused = [text for words, text in life.seen.items() if "--fail" in words]
    assert len(refused) == 3
    assert all("vault-secret" in text for text in refused)
    assert any(where.endswith("azure.json") for where in life.seen)
    assert any("stacks" in where and where.endswith("staging.json") for where in life.seen)


def test_the_search_finds_what_is_there(life: Life) -> None:
    assert set(shown_in(life.opened, life.secrets)) == life.secrets.keys()


def test_no_secret_is_seen_anywhere(life: Life) -> None:
    leaks = [(name, where) for where, text in life.seen.items() for name in shown_in(text, life.secrets)]
    assert leaks == []


def shown_in(text: str, secrets: dict[str, str]) -> Iterator[str]:
    """The names of the secrets in a text, be it as they are, in JSON or in base64."""
    for name, value in secrets.items():
        in_json = json.dumps(value)[1:-1]
        forms = {value, in_json, json.dumps(in_json)[1:-1], base64.b64encode(value.encode()).decode()}
        if any(form in text for form in forms):
            yield name
