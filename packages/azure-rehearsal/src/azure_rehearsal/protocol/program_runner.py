"""Runs the Pulumi program in its own process, like `pulumi-language-python-exec` of the official language host.

`azure_rehearsal.protocol.language` starts this file. It imports nothing from the simulator, so that the program has the
same modules as in production.
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
"""The exit code after an error that the engine has already shown (the same as in the official host)."""

THREADS_PER_OPERATION = 4
"""Default executor threads per parallel operation, as in the official host: RPCs wait in threads."""

COLLECTOR_THRESHOLDS = (100_000, 50, 50)
"""The SDKs create hundreds of thousands of objects that live until the end. With Python's own thresholds (700, 10, 10),
the collector spends a fifth of the program's time on them."""


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
    options = parser.parse_args()
    threading.Thread(target=_exit_with_host, args=(options.lifeline,), daemon=True).start()

    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    settings = pulumi.runtime.Settings(
        monitor=options.monitor,
        engine=options.engine,
        project=options.project,
        stack=options.stack,
        parallel=options.parallel,
        dry_run=options.dry_run == "true",
        organization=options.organization,
        root_directory=options.root_directory,
    )
    if settings.engine is not None and not options.debug:
        settings.engine.Log = _drop_debug(settings.engine.Log)
    pulumi.runtime.configure(settings)
    os.chdir(options.pwd)
    sys.argv = [options.program, *options.arguments]
    # A failed program leaves futures that are never awaited. asyncio would report each after the real error.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return _run(options.program, options.parallel)


def _drop_debug(log: Callable[[engine_pb2.LogRequest], Any]) -> Callable[[engine_pb2.LogRequest], Any]:
    """Drops debug messages. The SDK sends one for each step of each registration and waits for the response, which
    takes a sixth of a preview's time. The engine shows them only with `--debug`."""
    return lambda request: None if request.severity == engine_pb2.DEBUG else log(request)


def _exit_with_host(lifeline: int) -> None:
    """Ends this process when the language host ends, even if it was killed: the pipe is then closed."""
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
        except Exception:  # noqa: BLE001 the outermost frame: any exception of the program is shown to its author
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
    """The current traceback from the program's first frame on; the whole traceback if the program has no frame."""
    entry = Path(program) / "__main__.py" if Path(program).is_dir() else Path(program)
    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if Path(frame.filename).absolute() == entry.absolute():
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


if __name__ == "__main__":
    sys.exit(main())
