"""The language host over gRPC, as the CLI calls it, with the program in its own process."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from azure_rehearsal.protocol.language import STDERR_STREAM, STDOUT_STREAM, LanguageHost
from simulator_tests.fakes import FakeEngine, serving


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def address(engine: FakeEngine) -> Generator[str]:
    with serving(engine) as address:
        yield address


@pytest.fixture
def host(address: str) -> Generator[language_pb2_grpc.LanguageRuntimeStub]:
    """A client after the handshake."""
    served = LanguageHost({**os.environ, "FROM_THE_REHEARSAL": "yes"})
    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=address), timeout=10)
        yield stub
    served.stop()


def _request(directory: Path, address: str, **fields: object) -> language_pb2.RunRequest:
    return language_pb2.RunRequest(
        project="tiny",
        stack="dev",
        pwd=str(directory),
        monitor_address=address,
        parallel=4,
        organization="organization",
        info=language_pb2.ProgramInfo(root_directory=str(directory), program_directory=str(directory), entry_point="."),
        **fields,  # ty: ignore[invalid-argument-type]
    )


def _program(directory: Path, text: str) -> Path:
    (directory / "__main__.py").write_text(text)
    return directory


def test_the_host_requires_no_plugins_and_names_the_interpreter(host: language_pb2_grpc.LanguageRuntimeStub) -> None:
    assert not host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(), timeout=10).packages
    assert not host.GetRequiredPlugins(language_pb2.GetRequiredPluginsRequest(), timeout=10).plugins
    assert host.GetPluginInfo(empty_pb2.Empty(), timeout=10).version == ""
    assert "python" in host.About(language_pb2.AboutRequest(), timeout=10).executable


def test_a_program_has_the_same_environment_as_with_the_official_host(
    host: language_pb2_grpc.LanguageRuntimeStub, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    _program(
        tmp_path,
        """
import os, sys, pulumi
import helper
config = pulumi.Config("shop")
pulumi.export("plain", config.require("plain"))
pulumi.export("secret", pulumi.Output.unsecret(config.require_secret("secret")))
pulumi.export("names", "/".join([pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()]))
pulumi.export("dry", str(pulumi.runtime.is_dry_run()))
pulumi.export("place", os.getcwd() + "|" + pulumi.get_root_directory())
pulumi.export("modules", helper.NAME + "|" + str("azure_rehearsal" in sys.modules))
pulumi.export("environment", os.environ["FROM_THE_REHEARSAL"] + os.environ["PULUMI_ERROR_OUTPUT_STRING"])
print("one\\n\\ntwo")
print("three", file=sys.stderr)
""",
    )
    (tmp_path / "helper.py").write_text("NAME = 'beside the program'")
    answer = host.Run(
        _request(
            tmp_path,
            address,
            dryRun=True,
            config={"shop:plain": "p", "shop:secret": "s"},
            configSecretKeys=["shop:secret"],
        ),
        timeout=60,
    )
    assert (answer.error, answer.bail, engine.errors()) == ("", False, [])
    assert engine.outputs["names"] == "organization/tiny/dev"
    assert engine.outputs["plain"] == "p"
    assert engine.outputs["secret"] == "s"
    assert engine.outputs["dry"] == "True"
    assert engine.outputs["place"] == f"{tmp_path}|{tmp_path}"
    assert engine.outputs["modules"] == "beside the program|False"
    assert engine.outputs["environment"] == "yes1"
    assert engine.lines(STDOUT_STREAM) == ["one", "two"]
    assert engine.lines(STDERR_STREAM) == ["three"]


@pytest.mark.parametrize("debug", [False, True])
def test_debug_messages_reach_the_engine_only_on_request(
    debug: bool, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    _program(tmp_path, 'import pulumi\npulumi.log.debug("a step")\npulumi.log.info("for people")\n')
    served = LanguageHost(os.environ, debug)
    with grpc.insecure_channel(f"127.0.0.1:{served.port}") as channel:
        stub = language_pb2_grpc.LanguageRuntimeStub(channel)
        stub.Handshake(language_pb2.LanguageHandshakeRequest(engine_address=address), timeout=10)
        answer = stub.Run(_request(tmp_path, address), timeout=60)
    served.stop()
    assert (answer.error, answer.bail) == ("", False)
    messages = [message for _, message, _ in engine.logged]
    assert "for people" in messages
    assert ("a step" in messages) == debug


def test_the_program_reports_an_exception_and_the_host_only_bails(
    host: language_pb2_grpc.LanguageRuntimeStub, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    answer = host.Run(_request(_program(tmp_path, "\n\nraise ValueError('too small')"), address), timeout=60)
    assert (answer.error, answer.bail) == ("", True)
    (error,) = engine.errors()
    assert "ValueError: too small" in error
    assert '__main__.py", line 3' in error
    assert "program_runner.py" not in error


def test_a_run_error_is_reported_without_a_traceback(
    host: language_pb2_grpc.LanguageRuntimeStub, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    program = _program(tmp_path, "import pulumi\nraise pulumi.RunError('the stack file is wrong')")
    answer = host.Run(_request(program, address), timeout=60)
    assert engine.errors() == ["the stack file is wrong"]
    assert "exit code: 1" in answer.error


def test_an_exit_code_of_the_program_is_an_error(
    host: language_pb2_grpc.LanguageRuntimeStub, address: str, tmp_path: Path
) -> None:
    answer = host.Run(_request(_program(tmp_path, "import sys; sys.exit(7)"), address), timeout=60)
    assert answer.error == "program exited with non-zero exit code: 7"


def test_a_directory_without_a_program_is_reported(
    host: language_pb2_grpc.LanguageRuntimeStub, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    answer = host.Run(_request(tmp_path, address), timeout=60)
    assert answer.bail
    assert engine.errors() == [f"unable to find main python program `__main__.py` in `{tmp_path}`"]


def test_a_canceled_run_stops_the_program(
    host: language_pb2_grpc.LanguageRuntimeStub, engine: FakeEngine, address: str, tmp_path: Path
) -> None:
    text = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nprint('up')\ntime.sleep(60)"
    run = host.Run.future(_request(_program(tmp_path, text), address))
    deadline = time.monotonic() + 20
    while engine.lines(STDOUT_STREAM) != ["up"] and time.monotonic() < deadline:
        time.sleep(0.05)
    pid = int((tmp_path / "pid").read_text())
    run.cancel()
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()
