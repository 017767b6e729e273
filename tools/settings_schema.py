"""`voice schema`: the JSON schema of stack files, which editors use to complete and check them."""

from __future__ import annotations

import json
from pathlib import Path

from settings.loader.editor_schema import SCHEMA_FILE, stack_file_schema
from tools.generated_files import Check, write_or_check


def texts() -> dict[Path, str]:
    """The schema file and its text."""
    return {SCHEMA_FILE: json.dumps(stack_file_schema(), indent=2) + "\n"}


def main(check: Check = False) -> None:
    """Writes settings.schema.json, which editors use to complete and check stack files.

    Run it after you add or change a setting.

    Example: `voice schema`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    write_or_check("schema", texts(), check=check)
