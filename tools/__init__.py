"""Commands for the people and pipelines that work on the platform: `.venv/bin/voice COMMAND`, listed by `voice --help`.

Belongs here: one module for each command (a package if it needs several modules), the helpers that commands share, the
adapter that tells the simulator about this project, and the Go modules of programs that tests build.

Does not belong here: anything that `__main__.py` imports (that is `settings`, `model` and `components`), the simulator
(`packages/azure-rehearsal`), and code that only tests use (`tests`).

To add a command: write a function with typer options in its own module, raise the exceptions of `tools.errors`, and add
one line to `tools.cli.COMMANDS`.
"""
