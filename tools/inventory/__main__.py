"""`python -m tools.inventory [--check] [STACK …]`: renews or compares the golden inventories in tests/golden.

Exit codes: 0 the files are as they should be, 1 they differ (`--check`), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from tools.inventory.declared import declare, stack_files
from tools.inventory.files import RENEW, differences, files_of, write

# An Output in an f-string raises, as in the tests.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"


def main(arguments: list[str] | None = None) -> int:
    """Writes or compares the files of the stacks that `arguments` name, by default of all committed ones."""
    parser = argparse.ArgumentParser(prog=RENEW, description="Renews the golden inventories of committed stacks.")
    parser.add_argument("--check", action="store_true", help="write nothing, show the differences and exit 1")
    parser.add_argument("stacks", nargs="*", metavar="STACK", help="default: every committed stack")
    options: Any = parser.parse_args(arguments)
    if unknown := sorted(set(options.stacks) - set(stack_files())):
        parser.error(f"no such stack: {', '.join(unknown)}; expected: {', '.join(stack_files())}")
    found: list[str] = []
    for stack in options.stacks or stack_files():
        files = files_of(declare(stack))
        found += differences(stack, files) if options.check else write(stack, files)
    for line in found:
        print(line)
    if options.check and found:
        print(f"The golden inventories differ from the program. Run `{RENEW}` and review the change.", file=sys.stderr)
    return int(bool(options.check and found))


if __name__ == "__main__":
    sys.exit(main())
