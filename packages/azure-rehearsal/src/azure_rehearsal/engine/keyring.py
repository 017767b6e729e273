"""Placeholders that Pulumi has encrypted, so that a stack file can contain them like real secrets.

The directory has one file for each stack, `Pulumi.<stack>.yaml`, and a `Pulumi.yaml` with only the project's name.
Encryption costs one start of the CLI (0.3 s) and happens once for each placeholder, with the stack's key from the
rehearsal's passphrase. The directory can be deleted: the next run fills it again.
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
    """`run_pulumi` runs the CLI with its arguments in the keyring's directory and returns the error text, else `""`."""

    def __init__(self, directory: Path, project: str, stack: str, run_pulumi: Callable[[list[str]], str]) -> None:
        self._stack = stack
        self._path = directory / f"Pulumi.{stack}.yaml"
        self._run_pulumi = run_pulumi
        (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": project, "runtime": "python"}), encoding="utf-8")

    def salt(self) -> str | None:
        """The stack's `encryptionsalt`; `None` before the first encryption or `stack init`."""
        return self._content().get("encryptionsalt")

    def encrypt(self, placeholders: list[str]) -> dict[str, str]:
        """The ciphertext of each placeholder. Raises `UsageError` if Pulumi fails."""
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
