"""Runs the Pulumi program in its own process: what `pulumi-language-python-exec` is to the official language host.

Started by `azure_rehearsal.protocol.language` as a file. Imports nothing of the rehearsal, so that the program sees
exactly what it would see in production.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import runpy
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
from pulumi.runtime.proto import engine_pb2

REPORTED = 32
"""Exit code that says: the engine has already shown the error (the official host uses the same)."""

THREADS_PER_OPERATION = 4
"""Default executor threads for each parallel operation, as in the official host: RPCs wait in threads."""

COLLECTOR_THRESHOLDS = (100_000, 50, 50)
"""The SDKs make hundreds of thousands of objects that live to the end; with Python's own thresholds (700, 10, 10) the
collector walks them again and again, which is a fifth of the program's time."""


def main() -> int:
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    parser = argparse.ArgumentParser()
    for option in ("monitor", "engine", "project", "stack", "organization", "root_directory", "pwd"):
        parser.add_argument(f"--{option}", default="")
    parser.add_argument("--parallel", type=int, default=0)
    parser.add_argument("--dry_run", choices=["true", "false"], required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    threading.Thread(target=_exit_with_host, args=(given.lifeline,), daemon=True).start()

    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    settings = pulumi.runtime.Settings(
        monitor=given.monitor,
        engine=given.engine,
        project=given.project,
        stack=given.stack,
        parallel=given.parallel,
        dry_run=given.dry_run == "true",
        organization=given.organization,
        root_directory=given.root_directory,
    )
    if settings.engine is not None and not given.debug:
        settings.engine.Log = _drop_debug(settings.engine.Log)
    pulumi.runtime.configure(settings)
    os.chdir(given.pwd)
    sys.argv = [given.program, *given.arguments]
    # A failed program leaves futures that nobody awaits; asyncio would report each of them after the real error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return _run(given.program, given.parallel)


def _drop_debug(log: Callable[[engine_pb2.LogRequest], Any]) -> Callable[[engine_pb2.LogRequest], Any]:
    """Sends what people are to read. The SDK tells the engine each step of each registration and waits for the answer,
    which is a sixth of a preview's time; the engine shows none of it unless it is asked to (`--debug`)."""
    return lambda request: None if request.severity == engine_pb2.DEBUG else log(request)


def _exit_with_host(lifeline: int) -> None:
    """Ends this process when the language host is gone, however it went: then the other end of the pipe is closed."""
    os.read(lifeline, 1)
    os._exit(1)


def _run(program: str, parallel: int) -> int:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    with ThreadPoolExecutor(max_workers=max(parallel, 1) * THREADS_PER_OPERATION) as executor:
        loop.set_default_executor(executor)
        try:
            loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_program(program)))
            return 0
        except pulumi.RunError as error:
            pulumi.log.error(str(error))
            return 1
        except Exception:  # noqa: BLE001 the last frame of the program: whatever it raised is shown to its author
            pulumi.log.error(f"Program failed with an unhandled exception:\n{_traceback_of_program(program)}")
            return REPORTED
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def _run_program(program: str) -> None:
    if Path(program).is_dir() and not (Path(program) / "__main__.py").exists():
        pulumi.log.error(f"unable to find main python program `__main__.py` in `{Path(program).absolute()}`")
        sys.exit(REPORTED)
    runpy.run_path(program, run_name="__main__")


def _traceback_of_program(program: str) -> str:
    """The current traceback from the program's first frame on; all of it where the program has none."""
    entry = Path(program) / "__main__.py" if Path(program).is_dir() else Path(program)
    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if Path(frame.filename).absolute() == entry.absolute():
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


if __name__ == "__main__":
    sys.exit(main())
