"""The user's own resources beside the platform's: loads `extensions.py` from the project root, if it exists.

Upstream never ships a file of that name, so `git pull` does not conflict with it (docs/extending.md).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pulumi

from components.platform import VoicePlatform

FILE_NAME: Final = "extensions.py"
_FUNCTIONS: Final = ("prepare", "extend")


class Extensions:
    """The functions of the user's `extensions.py`; without that file both do nothing.

    Does not own the resources that the functions declare.
    """

    def __init__(self, root: Path) -> None:
        """Imports `extensions.py` from `root`. Raises `pulumi.RunError` if it defines neither function."""
        path = root / FILE_NAME
        self._module = _imported(path) if path.exists() else None
        if self._module is not None and not any(self._function(name) for name in _FUNCTIONS):
            raise pulumi.RunError(
                f"{FILE_NAME} defines neither `prepare` nor `extend`. Expected: `def extend(platform: VoicePlatform)`, "
                "`def prepare()`, or both. Add one, or remove the file (docs/extending.md)."
            )

    def prepare(self) -> None:
        """Calls the user's `prepare()`, before the first resource is declared. Use it for stack transformations."""
        function = self._function("prepare")
        if function is not None:
            function()

    def extend(self, platform: VoicePlatform) -> dict[str, Any]:
        """Calls the user's `extend(platform)` and returns the exports that it adds.

        Raises `pulumi.RunError` if an export has the name of one of the platform's.
        """
        function = self._function("extend")
        exports: Mapping[str, Any] = (function(platform) if function is not None else None) or {}
        taken = sorted(exports.keys() & platform.outputs.keys())
        if taken:
            raise pulumi.RunError(
                f"`extend` in {FILE_NAME} returns exports that the platform has: {', '.join(taken)}. Expected: other "
                "names. Rename them."
            )
        return dict(exports)

    def _function(self, name: str) -> Callable[..., Any] | None:
        return getattr(self._module, name, None)


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise pulumi.RunError(f"Python cannot import {path}. Expected: a Python source file. Check its permissions.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
