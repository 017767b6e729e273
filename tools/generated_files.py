"""Committed files that a command generates: writes those that changed, or checks that none is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from tools.errors import CommandError

PROJECT: Final = Path(__file__).resolve().parent.parent

Check = Annotated[
    bool, typer.Option("--check", help="Write nothing. Exit with 1 and name each file that is out of date.")
]


def out_of_date(texts: Mapping[Path, str], obsolete: Iterable[Path] = ()) -> list[Path]:
    """The files whose content differs from `texts`, and the `obsolete` ones that exist; sorted."""
    changed = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
    return sorted({*changed, *(path for path in obsolete if path.exists())})


def write_or_check(command: str, texts: Mapping[Path, str], *, check: bool, obsolete: Iterable[Path] = ()) -> None:
    """Writes the files that are out of date and removes the `obsolete` ones; prints their names.

    With `check` it changes nothing and raises `CommandError` if a file is out of date. `command` is the subcommand of
    `voice` that renews the files.
    """
    stale = out_of_date(texts, obsolete)
    names = ", ".join(_name(path) for path in stale)
    if not stale:
        print(f"voice {command}: {len(texts)} file{'s are' if len(texts) > 1 else ' is'} up to date.")
        return
    if check:
        raise CommandError(
            f"Out of date: {names}. Expected: the content that `voice {command}` generates. Fix: run"
            f" `.venv/bin/voice {command}` and commit the result."
        )
    for path in stale:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path])
        else:
            path.unlink()
    print(f"voice {command}: wrote {names}.")


def _name(path: Path) -> str:
    """The path from the project's root, or as it is for a file elsewhere."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
