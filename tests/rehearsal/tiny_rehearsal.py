"""`python -m tests.rehearsal.tiny_rehearsal`: the commands, with a world that has the `random` package only."""

from __future__ import annotations

from rehearsal.cli_process import raise_on_sigterm
from rehearsal.commands import Wiring, application
from tests.rehearsal.worlds import RandomWorld

if __name__ == "__main__":
    raise_on_sigterm()
    application(Wiring(open_world=RandomWorld))()
