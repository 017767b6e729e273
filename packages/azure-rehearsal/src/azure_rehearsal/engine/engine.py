"""The rehearsal of one stack: the real Pulumi engine, the unchanged program, and fake providers.

    with Rehearsal(project, "staging", Path(".rehearsal")) as rehearsal:
        assert rehearsal.up().ok
        assert rehearsal.up().changes == {}

Owns the start of the CLI and the result of its commands. Does not own the backends (`azure_rehearsal.engine.backends`),
the state directory (`azure_rehearsal.engine.state_directory`) or the output for users
(`azure_rehearsal.reports.report`).
"""

from __future__ import annotations

import json
import os
import shlex
import tempfile
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

from azure_rehearsal.adapter import Adapter, load
from azure_rehearsal.chaos.faults import Faults
from azure_rehearsal.engine import cli_process, pulumi_cli, stack_file
from azure_rehearsal.engine.backends import Backends, BackendsProtocol
from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.cli_process import Display
from azure_rehearsal.engine.events import read_events
from azure_rehearsal.engine.keyring import Keyring
from azure_rehearsal.engine.run import Run
from azure_rehearsal.engine.state_directory import PASSPHRASE, StateDirectory
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.grpc_server import serve
from azure_rehearsal.protocol.language import LanguageHost
from azure_rehearsal.remedies import IMPORT_EXISTING, INTERRUPTED, RETRY

_WITH_CONFIG_FILE: Final = frozenset({"config", "destroy", "import", "logs", "preview", "refresh", "up", "watch"})
_DEBUG: Final = frozenset({"--debug", "-d"})
_WITH_EVENT_LOG: Final = frozenset({"destroy", "import", "preview", "refresh", "up"})


class Rehearsal:
    """One stack in one state directory.

    `state` is a directory, or a `StateDirectory` that several stacks share. Used as a context manager, the rehearsal
    keeps the directory open between calls; otherwise each call opens and closes it.

    `stack_file_path` replaces `Pulumi.<stack>.yaml`. `overrides` change settings by path for every call; each call can
    add its own (`config={"app:pools[0].count": 3}`). `adapter` describes the project (default: the project's own). Its
    check runs before each run of the program, before anything is changed. `faults` are injected into the fake
    providers. `environment` extends the CLI's environment. The user's `PULUMI_` variables are removed, because they
    could point the engine to a real backend.

    Without `checkpoints` the engine writes the state only when a command ends, not after each operation, which takes
    half of a deployment's time. A killed run then loses the state.

    Raises `UsageError` for an unknown stack, invalid YAML, refused settings, a directory that is in use or locked, and
    a missing CLI.
    """

    def __init__(
        self,
        project: Path,
        stack: str,
        state: Path | StateDirectory,
        *,
        stack_file_path: Path | None = None,
        display: Display = Display.CAPTURED,
        environment: Mapping[str, str] | None = None,
        overrides: Sequence[stack_file.Override] = (),
        adapter: Adapter | None = None,
        cli: pulumi_cli.PulumiCli | None = None,
        open_backends: Callable[[Path], BackendsProtocol] = Backends.open,
        faults: Faults | None = None,
        checkpoints: bool = True,
    ) -> None:
        self.project = project.absolute()
        self.adapter = adapter or load(self.project)
        self.stack = stack
        self.display = display
        self._shared = isinstance(state, StateDirectory)
        self._state = state if isinstance(state, StateDirectory) else StateDirectory(state, open_backends)
        self._stack_file_path = stack_file_path
        self._environment = dict(environment or {})
        self._overrides = list(overrides)
        self._checked = ""
        self._cli = cli
        self._faults = faults or Faults()
        self._checkpoints = checkpoints
        self._project_name = stack_file.project_name(self.project)

    def __enter__(self) -> Self:
        if not self._shared:
            self._state.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._shared:
            self._state.__exit__(kind, error, trace)

    @property
    def backends(self) -> BackendsProtocol:
        """The backends. Available only while the rehearsal is open."""
        return self._state.backends

    @property
    def event_log(self) -> Path:
        """The engine's log of the last command (`azure_rehearsal.engine.events`)."""
        return self._state.events

    @property
    def is_locked(self) -> bool:
        """Whether a killed run left its lock. While this directory is open, no other run holds one."""
        locks = self._state.state_backend / ".pulumi" / "locks" / "organization" / self._project_name / self.stack
        return any(locks.glob("*.json"))

    def check_settings(self) -> None:
        """Raises `UsageError` with all problems of the stack's settings. Changes nothing."""
        self._refuse_bad_settings(self._overrides)

    def preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Plans an `up` without deploying."""
        return self._operation("preview", *arguments, config=config, runs_program=True)

    def up(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Deploys without a preview."""
        return self._operation("up", "--yes", "--skip-preview", *arguments, config=config, runs_program=True)

    def destroy(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Deletes everything. Previews first, so that a protected resource refuses before others are deleted."""
        return self._operation("destroy", "--yes", *arguments, config=config)

    def destroy_preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Plans a `destroy`. Refused if a resource is protected."""
        return self._operation("destroy", "--preview-only", *arguments, config=config)

    def refresh(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Updates the state from the backends: detects drift."""
        return self._operation("refresh", "--yes", "--skip-preview", *arguments, config=config)

    def refresh_preview(self, *arguments: str) -> Run:
        """Plans a `refresh` without changing the state."""
        return self._operation("refresh", "--preview-only", *arguments, config=None)

    def find(self, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        """The id of the existing resource with these inputs, else empty. `owned` are the ids in the state."""
        return self.backends.find(self._caller(), type, inputs, owned)

    def pulumi(self, *arguments: str) -> Run:
        """Runs any other CLI command on this rehearsal's state and stack.

        Commands such as `config` use the copy of the stack file: the user's own file is never written.
        """
        command, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
        with self._open_state():
            options: list[str] = []
            if command in _WITH_CONFIG_FILE and "--config-file" not in rest:
                options = ["--config-file", str(self._prepare_stack_file(self._overrides))]
            else:
                self._ensure_stack()
            # Nothing of value can be lost, and commands such as `cancel` otherwise fail without a terminal.
            confirmed = {} if "--preview-only" in rest else {"PULUMI_SKIP_CONFIRMATIONS": "true"}
            return self._run([*arguments[:1], *options, *rest], log_events=command in _WITH_EVENT_LOG, more=confirmed)

    def export(self, show_secrets: bool = False) -> dict[str, Any]:
        """The stack's deployment, in the format of `pulumi stack export`."""
        with self._open_state():
            self._ensure_stack()
            command = ["stack", "export", *(["--show-secrets"] if show_secrets else [])]
            run = self._run(command, display=Display.CAPTURED)
        if not run.ok:
            raise UsageError(f"the state of {self.stack} could not be exported: {run.stderr.strip()}")
        return json.loads(run.stdout)["deployment"]

    def _operation(
        self, command: str, *arguments: str, config: Mapping[str, Any] | None, runs_program: bool = False
    ) -> Run:
        added = [stack_file.override(path, value, self._project_name) for path, value in (config or {}).items()]
        overrides = [*self._overrides, *added]
        if runs_program:
            self._refuse_bad_settings(overrides)
        with self._open_state():
            self._refuse_locked()
            file = self._prepare_stack_file(overrides)
            caller = self._caller(overrides)
            return self._run([command, "--config-file", str(file), *arguments], log_events=True, caller=caller)

    @contextmanager
    def _open_state(self) -> Generator[None]:
        if self._state.is_open:
            yield
        else:
            with self._state:
                yield

    def _source(self, overrides: Sequence[stack_file.Override]) -> stack_file.StackFile:
        path = self._stack_file_path or stack_file.stack_path(self.project, self.stack)
        return stack_file.StackFile(path, overrides, self.adapter.placeholder)

    def _caller(self, overrides: Sequence[stack_file.Override] | None = None) -> Caller:
        return self.adapter.caller(self._source(self._overrides if overrides is None else overrides).config())

    def _refuse_bad_settings(self, overrides: Sequence[stack_file.Override]) -> None:
        """Checks the file with its overrides, in a directory with the files that it can extend."""
        source = self._source(overrides)
        text = source.text()
        if text == self._checked:
            return
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as name:
            directory = Path(name)
            for sibling in self.project.glob("Pulumi*.yaml"):
                (directory / sibling.name).symlink_to(sibling)
            copy = directory / f"Pulumi.{self.stack}.yaml"
            copy.unlink(missing_ok=True)
            copy.write_text(text, encoding="utf-8")
            problems = self.adapter.check(copy)
        if problems:
            raise UsageError(*(problem.replace(str(copy), str(source.path)) for problem in problems))
        self._checked = text

    def _refuse_locked(self) -> None:
        if self.is_locked:
            directory = self._state.directory
            remedy = self.adapter.remedy_for(INTERRUPTED) or f"{IMPORT_EXISTING} and {RETRY}"
            option = f"--stack {self.stack} --state {shlex.quote(str(directory))}"
            raise UsageError(
                f"the state of {self.stack} is locked by a killed run. Unlock it with"
                f" `azure-rehearsal pulumi {option} -- cancel`, then {remedy}; or delete {directory} to start again."
            )

    def _prepare_stack_file(self, overrides: Sequence[stack_file.Override]) -> Path:
        """Writes the stack file for the engine and creates the stack in the state backend if needed."""
        source = self._source(overrides)
        self._ensure_stack()
        keyring = self._keyring()
        encrypted = keyring.encrypt(source.placeholders)
        copy = self._state.stack_files / f"Pulumi.{self.stack}.yaml"
        copy.write_text(source.text(encrypt=encrypted.__getitem__, salt=keyring.salt()), encoding="utf-8")
        return copy

    def _keyring(self) -> Keyring:
        def run_pulumi(arguments: list[str]) -> str:
            run = self._run(arguments, display=Display.CAPTURED, directory=self._state.keyring)
            return "" if run.ok else run.text.strip()

        return Keyring(self._state.keyring, self._project_name, self.stack, run_pulumi)

    def _ensure_stack(self) -> None:
        """Creates the stack in the state backend. Runs in the keyring's directory: `stack init` writes a stack file."""
        stacks = self._state.state_backend / ".pulumi" / "stacks" / self._project_name
        if any(stacks.glob(f"{self.stack}.json*")):
            return
        self._keyring()
        command = ["stack", "init", self.stack, "--no-select", "--non-interactive"]
        run = self._run(command, display=Display.CAPTURED, directory=self._state.keyring)
        if not run.ok:
            raise UsageError(f"Pulumi could not create the stack {self.stack} in the rehearsal: {run.text.strip()}")

    def _run(
        self,
        arguments: list[str],
        *,
        log_events: bool = False,
        display: Display | None = None,
        directory: Path | None = None,
        more: Mapping[str, str] | None = None,
        caller: Caller | None = None,
    ) -> Run:
        """Runs the CLI once with the fake providers and reads its event log."""
        cli = self._cli = self._cli or pulumi_cli.find()
        started = time.monotonic()
        log = self._state.events
        log.unlink(missing_ok=True)
        debug = not _DEBUG.isdisjoint(arguments)
        with self._serve_providers(cli, more or {}, debug, caller or self._caller()) as environment:
            options = ["--event-log", str(log)] if log_events else []
            finished = cli_process.run(
                [str(cli.executable), *arguments[:1], *options, *arguments[1:]],
                directory or self.project,
                environment,
                display or self.display,
                self._faults.engine_started,
            )
            self._faults.wait_until_idle()
        events = read_events(log)
        self._state.backends.save()
        return Run(
            stack=self.stack,
            command=tuple(arguments),
            exit_code=finished.code,
            seconds=time.monotonic() - started,
            stdout=finished.stdout,
            stderr=finished.stderr,
            operations=events.operations,
            steps=events.steps,
            diagnostics=events.diagnostics,
            outputs=events.outputs,
            retry_waits=tuple(self._state.backends.take_retry_waits()),
            remedy_for=self.adapter.remedy_for,
        )

    @contextmanager
    def _serve_providers(
        self, cli: pulumi_cli.PulumiCli, more: Mapping[str, str], debug: bool, caller: Caller
    ) -> Generator[dict[str, str]]:
        """Serves the fake providers for one CLI process and yields the process's environment.

        Each process gets new servers: they distinguish connections by port, and the kernel reuses ports.
        """
        caller = replace(caller, unreachable=self._faults.unreachable)
        server = serve(self._faults.wrapped(self._state.backends.factories(caller)))
        environment = {**self.cli_environment(), "PULUMI_DEBUG_PROVIDERS": server.attach, **more}
        host = None if cli.has_language_host else LanguageHost(environment, debug)
        try:
            yield environment if host is None else {**environment, "PULUMI_DEBUG_LANGUAGES": host.attach}
        finally:
            if host is not None:
                host.stop()
            server.stop()

    def cli_environment(self) -> dict[str, str]:
        """The CLI's environment, without the addresses of the fake providers."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        return {
            **kept,
            # `metadata=skip`: a run killed while it writes a bucket's metadata file would leave unreadable state.
            "PULUMI_BACKEND_URL": f"file://{quote(str(self._state.state_backend))}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_COMMANDS": "true",  # enables --event-log
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_ERROR_OUTPUT_STRING": "true",
            "PULUMI_HOME": str(self._state.pulumi_home),
            "PULUMI_SKIP_CHECKPOINTS": str(not self._checkpoints).lower(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": self.stack,
            **self._environment,
        }
