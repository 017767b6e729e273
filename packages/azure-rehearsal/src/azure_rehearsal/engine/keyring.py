"""Placeholders, encrypted by Pulumi, so that they can stand in a stack file as real secrets do.

One file for each stack, `Pulumi.<stack>.yaml`, beside a `Pulumi.yaml` that has nothing but the project's name.
Encryption costs one start of the CLI (0.3 s) and is done once for each placeholder; its key is the stack's, from the
rehearsal's passphrase. Deleting the directory is safe: it is filled again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import yaml

from azure_rehearsal.errors import UsageError

_NAMESPACE: Final = "rehearsal"


class Keyring:
    """`run_pulumi` runs the CLI with these arguments in the keyring's directory and returns what it complains of."""

    def __init__(self, directory: Path, project: str, stack: str, run_pulumi: Callable[[list[str]], str]) -> None:
        self._stack = stack
        self._path = directory / f"Pulumi.{stack}.yaml"
        self._run_pulumi = run_pulumi
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": project, "runtime": "python"}), encoding="utf-8")

    def salt(self) -> str | None:
        """The stack's `encryptionsalt`; `None` before the first encryption or `stack init`."""
        return self._content().get("encryptionsalt")

    def encrypt(self, placeholders: list[str]) -> dict[str, str]:
        """The ciphertext of each placeholder. Raises `UsageError` when Pulumi refuses."""
        keys = {placeholder: _key(placeholder) for placeholder in placeholders}
        missing = [placeholder for placeholder, key in keys.items() if key not in self._content().get("config", {})]
        if missing:
            settings = [item for text in missing for item in ("--secret", f"{keys[text]}={text}")]
            complaint = self._run_pulumi(["config", "set-all", "--stack", self._stack, "--non-interactive", *settings])
            if complaint:
                raise UsageError(f"Pulumi could not encrypt the placeholders of {self._stack}'s secrets: {complaint}")
        config = self._content().get("config", {})
        return {placeholder: config[key]["secure"] for placeholder, key in keys.items()}

    def _content(self) -> dict:
        return (yaml.safe_load(self._path.read_text(encoding="utf-8")) or {}) if self._path.exists() else {}


def _key(placeholder: str) -> str:
    return f"{_NAMESPACE}:{hashlib.sha256(placeholder.encode()).hexdigest()[:16]}"
