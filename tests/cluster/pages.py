"""Data that live clusters tell and pages in `docs` show: compared with what is committed, or written anew."""

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
    """What tests do with such data. `write`: pytest was asked to write it."""

    write: bool

    def keep(
        self,
        data: Path,
        found: Any,
        write_page: Callable[[], object],
        tests: str,
        determined: Callable[[Any], Any] = lambda data: data,
    ) -> None:
        """Fails where `found` is not what the file has; with `--write-pages` writes the file, then the page.

        `tests` is the expression by which `make test-cluster` runs the tests that find the data. `determined` gives the
        part of it that is the same each time.
        """
        command = f'make test-cluster ARGS="{WRITE} -k {tests}"'
        if self.write:
            data.write_text(f"# {command} writes this file. Do not edit it.\n{yaml.safe_dump(found, **_STYLE)}")
            write_page()
            return
        kept = yaml.safe_load(data.read_text()) if data.exists() else None
        differing = "; ".join(_differences(kept and determined(kept), determined(found)))
        assert not differing, (
            f"{data.name} is not what the clusters have: {differing}. Run {command} and see whether that is right."
        )


def _differences(kept: Any, found: Any, path: str = "the file") -> list[str]:
    """Where they differ, as deep inside as can be told."""
    if isinstance(kept, dict) and isinstance(found, dict):
        keys = [*found, *(key for key in kept if key not in found)]
        return [line for key in keys for line in _differences(kept.get(key), found.get(key), f"{path}, {key}")]
    if isinstance(kept, list) and isinstance(found, list):
        gone = [f"{path} no longer has {item}" for item in kept if item not in found]
        new = [f"{path} now has {item}" for item in found if item not in kept]
        order = [f"{path} is in another order"] if kept != found and not gone and not new else []
        return [*gone, *new, *order]
    return [] if kept == found else [f"{path} is {found} now, and was {kept}"]
