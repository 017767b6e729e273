"""`voice inventory`: the golden inventories in tests/golden, which hold what each committed stack declares."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tools.errors import CommandError, UsageError
from tools.generated_files import Check
from tools.inventory.declared import declare, stack_files
from tools.inventory.files import RENEW, differences, files_of, write

Stacks = Annotated[list[str] | None, typer.Argument(help="Stacks; every stack with an inventory by default.")]


def main(stacks: Stacks = None, check: Check = False) -> None:
    """Writes the golden inventories of the committed stacks; review their diff like code.

    Run it after a change of the program, a chart or a stack file. `--check` shows the differences.

    Example: `voice inventory staging`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    # An Output in an f-string raises, as in the tests.
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"
    if unknown := sorted(set(stacks or ()) - set(stack_files())):
        raise UsageError(
            f"There is no stack {', '.join(unknown)}. Expected: {', '.join(stack_files())}. Fix: name one of these."
        )
    found: list[str] = []
    for stack in stacks or stack_files():
        files = files_of(declare(stack))
        found += differences(stack, files) if check else write(stack, files)
    for line in found:
        print(line)
    if check and found:
        raise CommandError(
            f"The golden inventories differ from the program. Fix: run `{RENEW}`, review the change and commit it."
        )
