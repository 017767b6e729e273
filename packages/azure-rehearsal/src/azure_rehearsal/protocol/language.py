"""The Python language host for a Pulumi CLI without its own (a CLI built with `go build`).

This process serves it; the CLI attaches with `PULUMI_DEBUG_LANGUAGES` (pulumi 3.143 or newer). Owns the program's
process during the engine's `Run` call and behaves like the official host
(`pulumi/pulumi:sdk/python/cmd/pulumi-language-python/main.go`): same arguments, same environment, exit code 32 means
that the error has been shown, lines on stdout and stderr go to the engine's log.

Differs on purpose: the interpreter is the one that runs the rehearsal, no provider plugins are required, because fake
providers replace them, and the program sends debug messages only on request.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from azure_rehearsal.protocol.grpc_server import new_server
from azure_rehearsal.protocol.program_runner import REPORTED

RUNNER: Final = Path(__file__).with_name("program_runner.py")
GRACE_SECONDS: Final = 5.0
"""The time after which a canceled program is killed (the official host's `WaitDelay`)."""
STDOUT_STREAM: Final = 1
STDERR_STREAM: Final = 2


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Serves one CLI process on loopback until `stop`.

    `environment` is the program's environment. `debug`: whether the program sends debug messages to the engine.
    """

    def __init__(self, environment: Mapping[str, str], debug: bool = False) -> None:
        self._environment = dict(environment)
        self._debug = debug
        self._engine_address = ""
        self._server = new_server(workers=8)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    @property
    def attach(self) -> str:
        """The value for `PULUMI_DEBUG_LANGUAGES`."""
        return f"python:{self.port}"

    def stop(self) -> None:
        """Stops the server. Cancels a `Run` in progress, which stops the program."""
        self._server.stop(grace=None).wait()

    def Handshake(self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext) -> Any:
        self._engine_address = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def InstallDependencies(
        self, request: Any, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        return iter(())

    def RuntimeOptionsPrompts(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: Any, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.GetProgramDependenciesResponse()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        lifeline, held_open = os.pipe()  # the kernel closes it even if this process is killed
        process = subprocess.Popen(
            [sys.executable, "-u", "-P", str(RUNNER), "--lifeline", str(lifeline), *self._arguments(request)],
            env={
                **self._environment,
                "PULUMI_CONFIG": json.dumps(dict(request.config)),
                "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
                "PULUMI_ERROR_OUTPUT_STRING": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            pass_fds=(lifeline,),
            process_group=0,  # Ctrl-C in the terminal reaches the engine, which then stops the program
        )
        os.close(lifeline)
        if not context.add_callback(lambda: _end(process)):
            _end(process)
        with grpc.insecure_channel(self._engine_address) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            readers = [
                threading.Thread(target=_forward, args=(stream, engine, number), daemon=True)
                for stream, number in ((process.stdout, STDOUT_STREAM), (process.stderr, STDERR_STREAM))
            ]
            for reader in readers:
                reader.start()
            code = process.wait()
            os.close(held_open)
            for reader in readers:
                reader.join()
        if code == 0:
            return language_pb2.RunResponse()
        if code == REPORTED:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}")

    def _arguments(self, request: language_pb2.RunRequest) -> list[str]:
        options = {
            "monitor": request.monitor_address,
            "engine": self._engine_address,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        arguments = [item for option, value in options.items() if value for item in (f"--{option}", value)]
        if self._debug:
            arguments.append("--debug")
        return [*arguments, request.info.entry_point or ".", *request.args]


def _forward(stream: IO[str], engine: engine_pb2_grpc.EngineStub, number: int) -> None:
    """Sends each line to the engine's log. Drops blank lines, as the engine does for a real plugin."""
    for line in stream:
        if line.strip():
            try:
                engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line, streamId=number))
            except grpc.RpcError:
                continue  # the engine has ended; the stream must still be drained, or the program blocks on a full pipe


def _end(process: subprocess.Popen[str]) -> None:
    """Interrupts the program if it still runs, and kills it if it does not end in time."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
