"""`make` and `voice` of a page: check that the target, or the command with its options, exists. They run nothing: tests
of their own cover these commands.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.cli import COMMANDS


def make(arguments: list[str]) -> str:
    """What is wrong with the arguments of `make`, or an empty text."""
    targets = [argument for argument in arguments if "=" not in argument]
    makefile = Path("Makefile").read_text(encoding="utf-8")
    missing = [target for target in targets if not re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE)]
    return f"The Makefile has no target {', '.join(missing)}." if missing else ""


def voice(arguments: list[str]) -> str:
    """What is wrong with the arguments of `voice`, or an empty text."""
    name, *rest = arguments
    given = {item.split("=")[0] for item in rest if item.startswith("--")}
    if name not in COMMANDS:
        return f"voice has no command {name}."
    command = COMMANDS[name].load(name)
    options = {option for item in command.params for option in item.opts}
    return f"voice {name} has no options {sorted(given - options)}." if given - options else ""


def main() -> int:
    program, *arguments = sys.argv[1:]
    wrong = {"make": make, "voice": voice}[program](arguments)
    if wrong:
        print(wrong, file=sys.stderr)
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
