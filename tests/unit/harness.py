"""The harness for tests without an engine: runs a program against strict mocks and returns its resource graph.

    graph = build(lambda: Network("net", NetworkArgs(...)))
    assert graph.one("azure-native:network:VirtualNetwork").inputs["addressSpace"] == {...}

`build` runs the program as Pulumi's language host does (`run_in_stack`) and returns after every registration, call and
output has completed, so tests can assert the absence of a resource. Each build has its own context and event loop: no
root stack, configuration, export or transformation outlives it.

Mocks accept almost everything, but the engine does not. `build` raises `HarnessError` for

- two resources with one URN;
- a function call that `invokes` does not answer, and any method call on a resource;
- a Kubernetes resource without an explicit provider (the default one would use the current kubeconfig);
- a snake_case key in an azure-native or Kubernetes input: the provider forwards or drops such a typo;
- an unknown input or export, which comes from an output that no mock supplies;
- transforms, which mocks do not run (transformations are allowed).

An Output in an f-string raises as well (`PULUMI_ERROR_OUTPUT_STRING`, set by `tests/conftest.py`).
`tests.unit.outputs` supplies the outputs that Azure generates; `computed` adds to them for one build.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi.runtime import run_in_stack, set_all_config
from pulumi.runtime.mocks import MockEngine
from pulumi.runtime.settings import Settings, configure

from components.aliases import remove_historic_aliases
from tests.unit.graph import Graph, Message, Registered
from tests.unit.monitor import HarnessError, RecordingMonitor
from tests.unit.outputs import SUBSCRIPTION_ID

__all__ = ["HarnessError", "build"]


def build(
    program: Callable[[], object],
    *,
    stack: str = "test",
    project: str = "voice",
    config: Mapping[str, Any] | None = None,
    secret_keys: Collection[str] = (),
    invokes: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] | None = None,
    computed: Mapping[str, Callable[[Registered], dict[str, Any]]] | None = None,
    subscription_id: str = SUBSCRIPTION_ID,
    preview: bool = False,
) -> Graph:
    """Runs `program` and returns all its declarations.

    `config` has keys with or without the project's prefix. Values other than strings are written as JSON, as the maps
    and lists of a stack file reach a program. `secret_keys` names the secret keys.
    `invokes` answers function calls: token (`azure-native:authorization:getClientConfig`) to a function from arguments
    to result, both with the provider's names; `tests.unit.stacks.ANSWERS` has the functions that this program calls.
    `computed` adds outputs for this build: type token to a function of the registration; it may give `id` too.
    `preview` plans a first deployment: only inputs are known, and unknown inputs are allowed
    (`azure_rehearsal.protocol.values.UNKNOWN`).

    Raises `HarnessError` with all problems, or the exception of the program.
    """
    recorder = RecordingMonitor(
        stack=stack,
        project=project,
        invokes=invokes or {},
        computed=computed or {},
        subscription_id=subscription_id,
        preview=preview,
    )
    engine = _RecordingEngine()
    values = {_config_key(key, project): _config_value(value) for key, value in (config or {}).items()}

    def run() -> None:
        configure(Settings(project=project, stack=stack, monitor=recorder, engine=engine, dry_run=preview))
        set_all_config(values, [_config_key(key, project) for key in secret_keys])
        _run_to_the_end(program, recorder)

    try:
        contextvars.Context().run(run)
    except Exception as failure:
        if recorder.problems:
            raise HarnessError(recorder.problems) from failure
        raise
    return recorder.graph(tuple(engine.messages))


def _run_to_the_end(program: Callable[[], object], recorder: RecordingMonitor) -> None:
    """Runs the program in its own stack, on an event loop without concurrency, so that the order is stable."""

    def declare() -> None:
        pulumi.runtime.register_stack_transformation(recorder.note_declaration)
        # Resolving them takes most of a build. `__main__` disables it too, but not every test runs `__main__`.
        remove_historic_aliases()
        program()

    loop = asyncio.new_event_loop()
    # After a failure nothing awaits the outputs that failed with it; asyncio would log each of them.
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.set_default_executor(_ImmediateExecutor())
    try:
        loop.run_until_complete(run_in_stack(declare))
    finally:
        loop.close()


def _config_key(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _config_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class _ImmediateExecutor(ThreadPoolExecutor):
    """Runs each call at once in the caller's thread."""

    def __init__(self) -> None:
        super().__init__(max_workers=1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as failure:  # noqa: BLE001 - `await` on the future raises it
            future.set_exception(failure)
        return future


class _RecordingEngine(MockEngine):
    """Records the log messages of the program and the SDK."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__))
        self.messages: list[Message] = []

    def Log(self, request: Any) -> None:
        severities = type(request).DESCRIPTOR.fields_by_name["severity"].enum_type.values_by_number
        severity = severities[request.severity].name.lower()
        if severity != "debug":
            self.messages.append(Message(severity=severity, text=request.message))
