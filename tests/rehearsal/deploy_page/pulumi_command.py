"""The Pulumi CLI of a page: passes each command to a rehearsal of the project in the current folder.

`DEPLOY_PAGE_STATE` is the state directory of the rehearsal; without it, commands are only checked. Each deployment adds
a line of JSON to `DEPLOY_PAGE_LOG`: the command and the number of operations.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from azure_rehearsal.engine.engine import Rehearsal
    from azure_rehearsal.engine.run import Run

BACKEND: Final = re.compile(r"azblob://[a-z0-9-]+\?storage_account=[a-z0-9]{3,24}")
SECRETS_PROVIDER: Final = re.compile(r"azurekeyvault://[a-zA-Z0-9-]{3,24}\.vault\.azure\.net/keys/[a-zA-Z0-9-]+")
DEPLOYMENTS: Final = ("destroy", "preview", "up")


def main() -> int:
    arguments = sys.argv[2:]
    stack = _option(arguments, "--stack") or "staging"
    wrong = refusal(arguments, stack)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    state = os.environ.get("DEPLOY_PAGE_STATE")
    if state is None or arguments[0] == "login" or arguments[:2] == ["stack", "init"]:
        return 0
    # Late imports: most commands are only checked.
    from azure_rehearsal.engine.engine import Rehearsal
    from azure_rehearsal.errors import UsageError

    # The rehearsal must find the real CLI.
    shims = os.environ["DEPLOY_PAGE_COMMANDS"]
    os.environ["PATH"] = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != shims)
    try:
        with Rehearsal(Path.cwd(), stack, Path(state), checkpoints=False) as rehearsal:
            run = _run(rehearsal, arguments, stack)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    print(run.text)
    return run.exit_code


def refusal(arguments: list[str], stack: str) -> str:
    """What is wrong with a command, or an empty text."""
    if not Path(f"Pulumi.{stack}.yaml").is_file():
        return f"The project has no stack {stack}."
    match arguments:
        case ["login", backend]:
            return "" if BACKEND.fullmatch(backend) else f"{backend} is not a backend in a blob container."
        case ["stack", "init", name, "--secrets-provider", provider]:
            known = Path(f"Pulumi.{name}.yaml").is_file() and SECRETS_PROVIDER.fullmatch(provider)
            return "" if known else f"{name} or {provider} is wrong."
        case ["config", "set", "--stack", _, "--path", *_] | ["stack", "output", _, "--stack", _]:
            return ""
        case [command, "--stack", _] if command in DEPLOYMENTS:
            return ""
    return f"pulumi {' '.join(arguments)} is not a command that the test knows. Add it to {Path(__file__).name}."


def _option(arguments: list[str], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def _run(rehearsal: Rehearsal, arguments: list[str], stack: str) -> Run:
    command, *rest = arguments
    if command in DEPLOYMENTS:
        run = {"destroy": rehearsal.destroy, "preview": rehearsal.preview, "up": rehearsal.up}[command]()
        with Path(os.environ["DEPLOY_PAGE_LOG"]).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"command": command, "changes": dict(run.changes), "text": run.text}) + "\n")
        return run
    if command == "config":
        # The rehearsal never writes the project's own stack file unless a command names it.
        rest += ["--config-file", f"Pulumi.{stack}.yaml"]
        if "--secret" in rest:
            rest.append(sys.stdin.read())  # the CLI reads a value that is not an argument from here
    return rehearsal.pulumi(command, *rest)


if __name__ == "__main__":
    sys.exit(main())
