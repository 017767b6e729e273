"""The rehearsal of one stack: the real Pulumi engine, the program as it is, and stand-ins for what lies outside.

    with Rehearsal(project, "staging", Path(".rehearsal")) as rehearsal:
        assert rehearsal.up().ok
        assert rehearsal.up().changes == {}

Owns how the CLI is started and what of its work is handed back. Does not own the outside world
(`azure_rehearsal.engine.backends`), the state directory (`azure_rehearsal.engine.state_directory`) or what people read
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
from azure_rehearsal.chaos.fault_codes import RUNBOOK
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

_WITH_CONFIG_FILE: Final = frozenset({"config", "destroy", "import", "logs", "preview", "refresh", "up", "watch"})
_DEBUG: Final = frozenset({"--debug", "-d"})
_WITH_EVENT_LOG: Final = frozenset({"destroy", "import", "preview", "refresh", "up"})


class Rehearsal:
    """One stack in one state directory.

    `state` is a directory, or a `StateDirectory` that several stacks share. As a context manager it keeps the directory
    open between calls; without, each call opens and closes it.

    `stack_file_path` is the file to use instead of `Pulumi.<stack>.yaml`. `overrides` change settings by path for every
    call; each call may add its own (`config={"voice:pools[0].count": 3}`). `adapter` is what is known of the project;
    without one the project's own is loaded. Its check is asked, before anything is touched, whenever the program is
    about to run. `faults` are laid over the stand-ins. `environment` is added to the CLI's; variables of the user's
    that start with `PULUMI_` are left out, for they could point the engine at a real backend. Without `checkpoints` the
    engine writes the state once, when a command ends, and not at each operation (which takes half of a deployment's
    time): for state that may be lost with a killed run.

    Raises `UsageError`: no such stack, not YAML, settings refused, directory in use or left locked, no CLI.
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
        """The outside world, while open."""
        return self._state.backends

    @property
    def event_log(self) -> Path:
        """What the engine wrote down of the last command (`azure_rehearsal.engine.events`)."""
        return self._state.events

    @property
    def is_locked(self) -> bool:
        """Whether a run that was killed left its lock. No other run holds one while this directory is open here."""
        locks = self._state.state_backend / ".pulumi" / "locks" / "organization" / self._project_name / self.stack
        return any(locks.glob("*.json"))

    def check_settings(self) -> None:
        """Raises `UsageError` with every problem of the stack's settings; touches nothing."""
        self._refuse_bad_settings(self._overrides)

    def preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """What an `up` would do."""
        return self._operation("preview", *arguments, config=config, runs_program=True)

    def up(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Deploys, without a preview before it."""
        return self._operation("up", "--yes", "--skip-preview", *arguments, config=config, runs_program=True)

    def destroy(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Deletes everything. Previews first: else all the rest would be gone before a protected resource refuses."""
        return self._operation("destroy", "--yes", *arguments, config=config)

    def destroy_preview(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """What `destroy` would do; refused where something is protected."""
        return self._operation("destroy", "--preview-only", *arguments, config=config)

    def refresh(self, *arguments: str, config: Mapping[str, Any] | None = None) -> Run:
        """Takes what really exists into the state: finds drift."""
        return self._operation("refresh", "--yes", "--skip-preview", *arguments, config=config)

    def refresh_preview(self, *arguments: str) -> Run:
        """What `refresh` would take into the state, which stays as it is."""
        return self._operation("refresh", "--preview-only", *arguments, config=None)

    def find(self, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        """The id of what exists outside with these inputs; empty when nothing does. `owned` is in the state already."""
        return self.backends.find(self._caller(), type, inputs, owned)

    def pulumi(self, *arguments: str) -> Run:
        """Any other command of the CLI, against this rehearsal's backend and stack.

        `config` and its like get the copy of the stack file: the user's own is never written to.
        """
        command, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
        with self._open_state():
            options: list[str] = []
            if command in _WITH_CONFIG_FILE and "--config-file" not in rest:
                options = ["--config-file", str(self._prepare_stack_file(self._overrides))]
            else:
                self._ensure_stack()
            # Nothing here can be lost; and without this, commands such as `cancel` refuse to run off a terminal.
            confirmed = {} if "--preview-only" in rest else {"PULUMI_SKIP_CONFIRMATIONS": "true"}
            return self._run([*arguments[:1], *options, *rest], log_events=command in _WITH_EVENT_LOG, more=confirmed)

    def export(self, show_secrets: bool = False) -> dict[str, Any]:
        """The stack's deployment as `pulumi stack export` gives it."""
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
            return self._run([command, "--config-file", str(file), *arguments], log_events=True)

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

    def _caller(self) -> Caller:
        return self.adapter.caller(self._source(self._overrides).config())

    def _refuse_bad_settings(self, overrides: Sequence[stack_file.Override]) -> None:
        """Has the file checked as the program would see it: overrides applied, beside the files that it may extend."""
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
            option = f"--stack {self.stack} --state {shlex.quote(str(directory))}"
            raise UsageError(
                f"the state of {self.stack} is locked by a run that was killed. Unlock it with"
                f" `azure-rehearsal pulumi {option} -- cancel` and go on as {RUNBOOK} says,"
                f" or start afresh by deleting {directory}."
            )

    def _prepare_stack_file(self, overrides: Sequence[stack_file.Override]) -> Path:
        """The stack file as the engine gets it, for a stack that exists in the backend."""
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
        """Creates the stack in the backend. Runs in the keyring's directory, for `stack init` writes a stack file."""
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
    ) -> Run:
        """Starts the CLI once, with the stand-ins, and reads what it did."""
        cli = self._cli = self._cli or pulumi_cli.find()
        started = time.monotonic()
        log = self._state.events
        log.unlink(missing_ok=True)
        with self._serve_providers(cli, more or {}, debug=not _DEBUG.isdisjoint(arguments)) as environment:
            options = ["--event-log", str(log)] if log_events else []
            finished = cli_process.run(
                [str(cli.executable), *arguments[:1], *options, *arguments[1:]],
                directory or self.project,
                environment,
                display or self.display,
                self._faults.engine_started,
            )
            self._faults.wait_until_idle()
        happenings = read_events(log)
        self._state.backends.save()
        return Run(
            stack=self.stack,
            command=tuple(arguments),
            exit_code=finished.code,
            seconds=time.monotonic() - started,
            stdout=finished.stdout,
            stderr=finished.stderr,
            operations=happenings.operations,
            steps=happenings.steps,
            diagnostics=happenings.diagnostics,
            outputs=happenings.outputs,
        )

    @contextmanager
    def _serve_providers(
        self, cli: pulumi_cli.PulumiCli, more: Mapping[str, str], debug: bool
    ) -> Generator[dict[str, str]]:
        """Serves what one CLI process attaches to, and gives the environment that tells it so.

        For each process anew: connections are told apart by their ports, which the kernel hands out again.
        """
        caller = replace(self._caller(), unreachable=self._faults.unreachable)
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
        """What the CLI gets to see, but for where the stand-ins listen."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        return {
            **kept,
            # Without the files that a bucket keeps beside its own: a run that is killed while it writes one would leave
            # a state that cannot be read.
            "PULUMI_BACKEND_URL": f"file://{quote(str(self._state.state_backend))}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_COMMANDS": "true",  # offers --event-log
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
            "PULUMI_ERROR_OUTPUT_STRING": "true",
            "PULUMI_HOME": str(self._state.home),
            "PULUMI_SKIP_CHECKPOINTS": str(not self._checkpoints).lower(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": self.stack,
            **self._environment,
        }
