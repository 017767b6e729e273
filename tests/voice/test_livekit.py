"""A real LiveKit server accepts the rendered configuration in strict mode and responds on its ports."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.rendering import rendered
from tests.charts.workloads import STACKS, values_of
from tests.voice import programs
from tests.voice.livekit import PRIVATE, PUBLIC, LiveKit, Redis
from tests.voice.pod import Pod
from tests.voice.sockets import Listening, listening

pytestmark = pytest.mark.voice

COOKIE = 0x2112A442
"""Magic cookie of every STUN message; source: RFC 8489, section 5."""


@pytest.fixture(scope="module")
def program() -> Path:
    return programs.built(programs.LIVEKIT)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


def with_turn(kind: str) -> bool:
    return bool(values_of("livekit", kind).get("turn", {}).get("domain"))


@pytest.mark.parametrize("kind", ["minimal", "full", *STACKS])
def test_it_starts_in_strict_mode_and_listens_where_the_chart_says(
    kind: str, tmp_path: Path, redis: Redis, program: Path
) -> None:
    server = LiveKit(tmp_path, values_of("livekit", kind), redis, program)
    with server:
        ports = {p["name"]: p["containerPort"] for p in server.pod.container("livekit")["ports"]}
        mux = sorted(port for name, port in ports.items() if re.fullmatch(r"ice-\d+", name))
        # It uses one port per CPU and leaves the others closed.
        used = mux[: len(os.sched_getaffinity(0))]
        expected = {
            Listening("tcp", PRIVATE, ports["signalling"]),
            Listening("tcp", PRIVATE, ports["metrics"]),
            # LiveKit cannot bind this port to one address.
            Listening("tcp", "::", ports["ice-tcp"]),
            Listening("udp", PRIVATE, ports["turn-udp"]),
            *(Listening("udp", PRIVATE, port) for port in used),
            *({Listening("tcp", PRIVATE, ports["turn-tls"])} if with_turn(kind) else set()),
        }
        assert listening(server.process.pid) == expected
        assert server.get(ports["signalling"], "/") == (200, "OK")
        with socket.create_connection((PRIVATE, ports["ice-tcp"]), timeout=10):
            pass
        assert mapped_address(ports["turn-udp"])[0] == "10.98.2.9"
        if server.certificate is not None:
            domain = server.configuration["turn"]["domain"]
            shown = server.certificate_at(ports["turn-tls"], domain)
            assert shown.split() == server.certificate.file.read_text().split()


def mapped_address(port: int) -> tuple[str, int]:
    """The address in the response to a STUN binding request: the source of the request."""
    transaction = os.urandom(12)
    request = (1).to_bytes(2) + (0).to_bytes(2) + COOKIE.to_bytes(4) + transaction
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("10.98.2.9", 0))
        client.settimeout(10)
        client.sendto(request, (PRIVATE, port))
        answer = client.recv(1500)
    assert int.from_bytes(answer[:2]) == 0x0101, "not a success response"
    assert answer[4:20] == COOKIE.to_bytes(4) + transaction
    at = 20
    while at < len(answer):
        kind, length = int.from_bytes(answer[at : at + 2]), int.from_bytes(answer[at + 2 : at + 4])
        if kind == 0x0020:  # XOR-MAPPED-ADDRESS
            value = answer[at + 4 : at + 4 + length]
            where = int.from_bytes(value[4:8]) ^ COOKIE
            return socket.inet_ntoa(where.to_bytes(4)), int.from_bytes(value[2:4]) ^ COOKIE >> 16
        at += 4 + length + -length % 4
    pytest.fail("the response has no address")


@pytest.fixture
def server(tmp_path: Path, redis: Redis, program: Path) -> LiveKit:
    return LiveKit(tmp_path / "livekit", values_of("livekit", "full"), redis, program)


def test_the_metrics_contain_those_that_the_autoscaler_queries(server: LiveKit) -> None:
    scaler = next(o for o in rendered("livekit", values_of("livekit", "full")) if o["kind"] == "ScaledObject")
    asked = re.findall(r"[a-z_]{6,}", scaler["spec"]["triggers"][0]["metadata"]["query"])
    assert asked
    with server:
        port = next(p["containerPort"] for p in server.pod.container("livekit")["ports"] if p["name"] == "metrics")
        status, text = server.get(port, "/metrics")
    assert status == 200
    assert set(asked) <= set(re.findall(r"^([a-z_]+)[ {]", text, re.MULTILINE))


def test_clients_get_the_public_address_of_the_node(server: LiveKit) -> None:
    with server:
        assert server.configuration["rtc"]["node_ip"] == PUBLIC
        assert f'"nodeIP": "{PUBLIC}"' in server.log.read_text()


def test_strict_mode_is_on(server: LiveKit) -> None:
    server.configure()
    server.file.write_text(server.file.read_text() + "\nport_of_nothing: 1\n")
    assert "field port_of_nothing not found" in server.run().stdout


def test_only_its_owner_can_read_the_file_of_keys(server: LiveKit) -> None:
    server.configure()
    keys = server.file.with_name("keys.yaml")
    assert keys.stat().st_mode & 0o777 == 0o600
    keys.chmod(0o604)
    assert "permission" in server.run().stdout


def test_a_server_does_not_start_on_a_node_without_a_public_address(tmp_path: Path) -> None:
    pod = Pod(tmp_path, "livekit", values_of("livekit", "full"), private=PRIVATE)
    for name in pod.secret_names():
        pod.secret(name, "something")
    done = pod.configure()
    assert done.returncode == 1
    assert "node node-1 has no public address; its pool needs node public IPs" in done.stderr


@pytest.mark.parametrize("value", ["", 'a"b', "a\\b", "a\nb"])
def test_a_server_does_not_start_with_a_missing_or_unquotable_secret(tmp_path: Path, value: str) -> None:
    pod = Pod(tmp_path, "livekit", values_of("livekit", "full"), private=PRIVATE, public=PUBLIC)
    for name in pod.secret_names():
        pod.secret(name, "something")
    pod.secret("redis-password", value)
    done = pod.configure()
    assert done.returncode == 1
    assert "secret redis-password" in done.stderr
    assert not value or value not in done.stderr
