"""`voice generate`: every generator that needs nothing but this repository, in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools import capacity_page, chart_docs, flows_page, quotas_page, requirements_page, settings_schema
from tools.errors import CommandError
from tools.generated_files import Check, write_or_check

GENERATORS: Final[Mapping[str, Callable[[], Mapping[Path, str]]]] = {
    "schema": settings_schema.texts,
    "chart-docs": chart_docs.texts,
    "flows": flows_page.texts,
    "capacity-page": capacity_page.texts,
    "quotas-page": quotas_page.texts,
    "requirements": requirements_page.texts,
}
"""The subcommand that renews the files of a generator, and the function that returns their texts by path."""


def main(check: Check = False) -> None:
    """Writes the schema, chart documents and pages that are out of date; --check only checks.

    Runs the generators of the JSON schema, the chart documents and the pages in docs/. Does not run `definitions`,
    which downloads Go modules, `inventory`, whose files `make test` compares, or `bench`, which takes 15 minutes.

    Example: `voice generate --check` (CI runs this).

    Exit codes: 0 up to date or written, 1 a file is out of date (--check) or its sources are wrong, 2 wrong usage.
    """
    problems = []
    for command, texts in GENERATORS.items():
        try:
            write_or_check(command, texts(), check=check)
        except CommandError as error:
            problems.append(str(error))
    if problems:
        raise CommandError("\n".join(problems))
