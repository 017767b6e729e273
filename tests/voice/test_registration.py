"""Registrations of two SIP edge pods with a carrier."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from tests.voice.edge import EDGE, Edge, FakeCluster, base_values
from tests.voice.registrar import Registrar
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

REGISTRAR = "127.0.1.21"
SECOND_EDGE = "127.0.1.3"


NAT_IDLE_SECONDS: Final = 240
"""Shortest idle timeout of Azure's NAT gateway: fixed for UDP, the minimum and default for TCP. Source:
https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource#timers
"""
KEEP_SECONDS: Final = 4
"""Seconds between renewals of a UDP registration with a long lifetime, in the tests that wait for renewals."""


def values(control: int, **registrar: Any) -> dict[str, Any]:
    registering = {
        "name": "reg-one",
        "signallingCidrs": [f"{REGISTRAR}/32"],
        "mode": "register",
        "credentials": "regOne",
        "registrar": {"host": REGISTRAR, "port": 5060, "realm": "carrier.example", **registrar},
    }
    return {**base_values(), "carriers": [registering], "ports": {"control": control}}


def gaps(registrar: Registrar) -> list[float]:
    """Seconds between the registrations."""
    return [then.at - first.at for first, then in itertools.pairwise(registrar.accepted)]


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Registrar(REGISTRAR, 5060, "acme-user", "acme-password") as carrier:
        yield carrier


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    return FakeCluster(tmp_path / "cluster")


@pytest.fixture
def pods(tmp_path: Path, cluster: FakeCluster) -> Iterator[tuple[Edge, Edge]]:
    # Both pods share one loopback interface; in a cluster, each pod has its own.
    first = Edge(tmp_path / "first", cluster, values(8091, expirySeconds=60))
    second = Edge(tmp_path / "second", cluster, values(8092, expirySeconds=60), address=SECOND_EDGE)
    for pod in (first, second):
        pod.secret("regOne", "acme-user:acme-password")
    yield first, second
    for pod in (first, second):
        pod.stop()


def test_exactly_one_pod_registers_and_another_takes_over_when_it_stops(
    registrar: Registrar, cluster: FakeCluster, pods: tuple[Edge, Edge]
) -> None:
    first, second = pods
    first.start("first")
    second.start("second")
    eventually(lambda: bool(registrar.accepted), 40)
    holder, other = (first, second) if cluster.holder == "first" else (second, first)
    time.sleep(8)
    assert {registration.source for registration in registrar.accepted} == {holder.address}
    assert all("sip.test.example:5060" in registration.contact for registration in registrar.accepted)
    assert registrar.refused == 0

    holder.stop()
    before = len(registrar.accepted)
    eventually(lambda: any(r.source == other.address for r in registrar.accepted[before:]), 60)
    assert cluster.holder == ("second" if holder is first else "first")


def test_a_pod_without_its_credentials_does_not_start(tmp_path: Path, cluster: FakeCluster) -> None:
    pod = Edge(tmp_path / "pod", cluster, values(8091))
    done = pod.configure()
    assert done.returncode == 1
    assert "secret regOne is missing or empty in the vault" in done.stderr


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("user", "is not user:password"),
        ("user:pass:word", "has more than one colon"),
        ('user:pass"word', "has a quote"),
    ],
)
def test_credentials_that_kamailio_cannot_parse_are_refused(
    tmp_path: Path, cluster: FakeCluster, secret: str, reason: str
) -> None:
    pod = Edge(tmp_path / "pod", cluster, values(8091))
    pod.secret("regOne", secret)
    done = pod.configure()
    assert done.returncode == 1
    assert reason in done.stderr


def test_only_the_pod_has_the_password(tmp_path: Path, cluster: FakeCluster) -> None:
    pod = Edge(tmp_path / "pod", cluster, values(8091))
    pod.secret("regOne", "acme-user:acme-password")
    assert pod.configure().returncode == 0
    table = tmp_path / "pod" / "configuration" / "uacreg"
    assert "acme-password" in table.read_text()
    assert table.stat().st_mode & 0o077 == 0
    assert "acme-password" not in "".join(f.read_text() for f in (tmp_path / "pod" / "templates").iterdir())
    assert EDGE in (tmp_path / "pod" / "configuration" / "kamailio.cfg").read_text()


Start = Callable[..., tuple[Edge, Registrar]]


@pytest.fixture
def start(tmp_path: Path, cluster: FakeCluster) -> Iterator[Start]:
    """Starts a registrar with the keyword arguments, and a pod with the chart's values `registrar`."""
    with ExitStack() as stack:

        def begin(registrar: dict[str, Any], **carrier: int) -> tuple[Edge, Registrar]:
            peer = stack.enter_context(Registrar(REGISTRAR, 5060, "acme-user", "acme-password", **carrier))
            pod = Edge(tmp_path / "pod", cluster, values(8091, **registrar))
            stack.callback(pod.stop)
            pod.secret("regOne", "acme-user:acme-password")
            pod.start(KEEP_SECONDS=str(KEEP_SECONDS), RENEW_SECONDS="1")
            return pod, peer

        yield begin


def test_a_registration_over_udp_requests_less_than_the_idle_timeout_of_the_nat_gateway(start: Start) -> None:
    _, registrar = start({})
    eventually(lambda: bool(registrar.accepted), 20)
    assert registrar.accepted[0].transport == "udp"
    assert 60 <= registrar.accepted[0].asked < NAT_IDLE_SECONDS - 30


def test_a_registration_is_renewed_in_time_when_the_registrar_grants_less(start: Start) -> None:
    granted = 12
    _, registrar = start({}, granted=granted)
    eventually(lambda: len(registrar.accepted) >= 4, 60)
    assert max(gaps(registrar)) < granted


def test_a_registrar_that_demands_a_long_lifetime_gets_it_and_the_edge_renews_early(start: Start) -> None:
    _, registrar = start({}, granted=3600, demanded=3600)
    eventually(lambda: len(registrar.accepted) >= 3, 60)
    assert {registration.asked for registration in registrar.accepted} == {3600}
    # Kamailio sends due registrations every 5 s.
    assert max(gaps(registrar)) < KEEP_SECONDS + 5 + 3
    assert {registration.port for registration in registrar.accepted} == {5060}, (
        "all registrations must use the same flow of the NAT gateway"
    )


def keep_alive_seconds(peer: str) -> list[int]:
    """Seconds until the kernel probes each connection between the edge and a peer, from `ss`."""
    done = subprocess.run(
        ["ss", "-Htno", "state", "established", "dst", peer],
        capture_output=True, text=True, check=True, timeout=10,
    )  # fmt: skip
    found = []
    for line in done.stdout.splitlines():
        timer = re.search(r"timer:\(keepalive,(?:(\d+)min)?(?:([\d.]+)sec)?,", line)
        assert timer, f"no keep-alive timer: {line}"
        found.append(int(timer[1] or 0) * 60 + int(float(timer[2] or 0)))
    return found


def test_a_registration_over_tcp_keeps_its_connection_with_probes_that_the_nat_gateway_sees(start: Start) -> None:
    _, registrar = start({"transport": "tcp", "expirySeconds": 3600}, granted=3600)
    eventually(lambda: bool(registrar.accepted), 20)
    assert registrar.accepted[0].transport == "tcp"
    timers = keep_alive_seconds(REGISTRAR)
    assert len(timers) == 1, "there must be one lasting connection"
    assert 0 < timers[0] < NAT_IDLE_SECONDS - 30
    time.sleep(KEEP_SECONDS + 6)
    assert len({registration.port for registration in registrar.accepted}) == 1
    assert len(registrar.accepted) <= 2, "TCP needs no early renewal"


def test_a_kamailio_that_restarts_alone_registers_again(start: Start) -> None:
    pod, registrar = start({}, granted=3600)
    eventually(lambda: bool(registrar.accepted), 20)
    pod.restart_kamailio()
    before = len(registrar.accepted)
    eventually(lambda: len(registrar.accepted) > before, 20)
