"""Runs the program `voice` in this process."""

from __future__ import annotations

from typer.testing import CliRunner

from tools.cli import app


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of `voice`; runs of white space in the output become one space."""
    code, output = run_verbatim(*arguments)
    return code, " ".join(output.split())


def run_verbatim(*arguments: str) -> tuple[int, str]:
    """Exit code and output of `voice`, with its lines."""
    result = CliRunner().invoke(app, list(arguments), prog_name="voice")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output
