"""`python -m simulator_tests.tiny_rehearsal`: the commands, with backends for only the `random` package."""

from __future__ import annotations

from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.engine.cli_process import raise_on_sigterm
from simulator_tests.fake_backends import RandomBackends

if __name__ == "__main__":
    raise_on_sigterm()
    application(Wiring(open_backends=RandomBackends))()
