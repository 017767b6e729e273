"""The health endpoint of a FreeSWITCH pod: the chart's script and listener with a fake FreeSWITCH."""

from __future__ import annotations

import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice.freeswitch import PRIVATE, Bridge, EventSocket, FreeSwitchPod
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

HEALTH, BRIDGE = 8082, 8083


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeSwitchPod]:
    values = {**values_of("freeswitch", "full"), "bridge": {"to": "livekit"}}
    made = FreeSwitchPod(tmp_path_factory.mktemp("freeswitch"), values)
    command = made.command("health")
    listen = next(word for word in command if word.startswith("TCP-LISTEN:"))
    command[command.index(listen)] = f"{listen},bind={PRIVATE}"
    process = subprocess.Popen(command, env=made.environment("health"))
    try:
        eventually(lambda: probe() != (0, ""), 20)
        yield made
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    with Bridge(BRIDGE) as server:
        yield server


def probe() -> tuple[int, str]:
    """The response to the kubelet: status and text."""
    try:
        with urllib.request.urlopen(f"http://{PRIVATE}:{HEALTH}/", timeout=20) as answer:
            return answer.status, answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()
    except OSError:
        return 0, ""


@pytest.mark.usefixtures("pod", "bridge")
def test_it_is_ready_while_freeswitch_accepts_calls() -> None:
    with EventSocket():
        assert probe() == (200, "ready")


@pytest.mark.usefixtures("pod", "bridge")
@pytest.mark.parametrize("state", [{"paused_inbound"}, {"paused_inbound", "paused_outbound"}, {"stopping"}])
def test_it_is_not_ready_while_freeswitch_refuses_calls(state: set[str]) -> None:
    with EventSocket() as freeswitch:
        for name in state:
            setattr(freeswitch, name, True)
        assert probe() == (503, "FreeSWITCH is paused or stopping")


@pytest.mark.usefixtures("pod", "bridge")
def test_a_pause_of_outbound_calls_keeps_it_ready() -> None:
    with EventSocket() as freeswitch:
        freeswitch.paused_outbound = True
        assert probe() == (200, "ready")


@pytest.mark.usefixtures("bridge")
def test_it_is_not_ready_from_the_moment_it_drains(pod: FreeSwitchPod) -> None:
    marker = pod.state / "draining"
    marker.touch()
    try:
        with EventSocket() as freeswitch:
            assert probe() == (503, "draining")
            assert freeswitch.commands() == []
    finally:
        marker.unlink()


@pytest.mark.usefixtures("pod", "bridge")
def test_it_is_not_ready_without_freeswitch() -> None:
    assert probe() == (503, "FreeSWITCH does not respond")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.usefixtures("pod")
def test_it_is_not_ready_while_its_bridge_is_unready(bridge: Bridge, status: int) -> None:
    bridge.status = status
    with EventSocket():
        assert probe() == (503, "the bridge of this node is not ready")


@pytest.mark.usefixtures("pod")
def test_it_is_not_ready_without_its_bridge() -> None:
    with EventSocket():
        assert probe() == (503, "the bridge of this node is not ready")


@pytest.mark.usefixtures("pod", "bridge")
def test_silent_connections_do_not_block_probes() -> None:
    with EventSocket():
        silent = [socket.create_connection((PRIVATE, HEALTH)) for _ in range(5)]
        try:
            assert probe() == (200, "ready")
        finally:
            for connection in silent:
                connection.close()


@pytest.mark.usefixtures("pod", "bridge")
def test_it_is_not_ready_while_a_sip_profile_does_not_run() -> None:
    with EventSocket() as freeswitch:
        freeswitch.profiles = ["carrier", "inside"]
        assert probe() == (503, "a SIP profile does not run; running: carrier inside")


def test_a_wrong_password_gives_no_response(tmp_path: Path) -> None:
    pod = FreeSwitchPod(tmp_path)
    (pod.folder / "configuration" / "event-socket").write_text("another\n")
    with EventSocket() as freeswitch:
        done = subprocess.run(
            ["sh", "-c", f". {pod.folder}/scripts/event_socket.sh; freeswitch fsctl ready_check"],
            env=pod.environment("health"), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert freeswitch.commands() == []
