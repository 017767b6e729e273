"""Data of pages in `docs` that running clusters determine: verified against the committed file, or written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

WRITE: Final = "--write-pages"
_STYLE: Final[dict[str, Any]] = {"sort_keys": False, "width": 120, "allow_unicode": True}


@dataclass(frozen=True)
class Pages:
    """Verifies or writes such data. `write`: pytest has the option `--write-pages`."""

    write: bool

    def verify(
        self,
        data: Path,
        found: Any,
        write_page: Callable[[], object],
        tests: str,
        determined: Callable[[Any], Any] = lambda data: data,
    ) -> None:
        """Fails when `found` differs from the file; with `--write-pages` writes the file and the page.

        `tests` is the `-k` expression of the tests that determine the data. `determined` selects the reproducible part
        of it.
        """
        command = f'make test-cluster ARGS="{WRITE} -k {tests}"'
        if self.write:
            data.write_text(f"# {command} writes this file. Do not edit it.\n{yaml.safe_dump(found, **_STYLE)}")
            write_page()
            return
        expected = yaml.safe_load(data.read_text()) if data.exists() else None
        differing = "; ".join(_differences(expected and determined(expected), determined(found)))
        assert not differing, f"{data.name} differs from the clusters: {differing}. Review the result of {command}."


def _differences(expected: Any, found: Any, path: str = "the file") -> list[str]:
    """The differences, as deep as possible."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = [*found, *(key for key in expected if key not in found)]
        return [line for key in keys for line in _differences(expected.get(key), found.get(key), f"{path}, {key}")]
    if isinstance(expected, list) and isinstance(found, list):
        missing = [f"{path} no longer has {item}" for item in expected if item not in found]
        added = [f"{path} now has {item}" for item in found if item not in expected]
        order = [f"{path} has another order"] if expected != found and not missing and not added else []
        return [*missing, *added, *order]
    return [] if expected == found else [f"{path} is {found}, expected {expected}"]
