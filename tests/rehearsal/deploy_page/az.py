"""The Azure CLI of a page: checks the command and its options, and prints recorded output.

The names of commands and options are those of the reference (learn.microsoft.com/cli/azure/reference-index).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import yaml

COMMANDS: Final = Path(__file__).with_name("az_commands.yaml")
GLOBAL_OPTIONS: Final = frozenset({"--output", "--query"})


def refusal(arguments: list[str], known: dict[str, dict[str, object]]) -> str:
    """What is wrong with the arguments, or an empty text."""
    words = _command(arguments)
    if words not in known:
        return f"az {words} is not a command of {COMMANDS.name}. Add it with its options from the reference."
    command = known[words]
    given = [item.split("=")[0] for item in arguments if item.startswith("--")]
    required, optional = (set(_options(command, key)) for key in ("required", "optional"))
    unknown = sorted(set(given) - required - optional - GLOBAL_OPTIONS)
    missing = sorted(required - set(given))
    if unknown or missing:
        return f"az {words}: unknown options {unknown}, missing options {missing}."
    return ""


def _command(arguments: list[str]) -> str:
    words: list[str] = []
    for argument in arguments:
        if argument.startswith("-"):
            break
        words.append(argument)
    return " ".join(words)


def _options(command: dict[str, object], key: str) -> list[str]:
    return str(command.get(key) or "").split()


def main() -> int:
    arguments = sys.argv[2:]
    known = yaml.safe_load(COMMANDS.read_text(encoding="utf-8"))
    wrong = refusal(arguments, known)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    print(known[_command(arguments)].get("output", ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
