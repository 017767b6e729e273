"""A carrier that wants registrations, and two pods of the SIP edge."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.voice.edge import EDGE, Edge, FakeCluster, base_values
from tests.voice.registrar import Registrar
from tests.voice.test_sip_edge import eventually

pytestmark = pytest.mark.voice

REGISTRAR = "127.0.1.21"
SECOND_EDGE = "127.0.1.3"


def values(control: int) -> dict[str, Any]:
    registering = {
        "name": "reg-one",
        "signallingCidrs": [f"{REGISTRAR}/32"],
        "mode": "register",
        "credentials": "regOne",
        "registrar": {"host": REGISTRAR, "port": 5060, "realm": "carrier.example", "expirySeconds": 60},
    }
    return {**base_values(), "carriers": [registering], "ports": {"control": control}}


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with Registrar(REGISTRAR, 5060, "acme-user", "acme-password") as carrier:
        yield carrier


@pytest.fixture
def cluster(tmp_path: Path) -> FakeCluster:
    return FakeCluster(tmp_path / "cluster")


@pytest.fixture
def pods(tmp_path: Path, cluster: FakeCluster) -> Iterator[tuple[Edge, Edge]]:
    # Two pods share this machine's loopback, where each has its own in a cluster.
    first = Edge(tmp_path / "first", cluster, values(8091))
    second = Edge(tmp_path / "second", cluster, values(8092), address=SECOND_EDGE)
    for pod in (first, second):
        pod.secret("regOne", "acme-user:acme-password")
    yield first, second
    for pod in (first, second):
        pod.stop()


def test_exactly_one_pod_registers_and_another_takes_over_when_it_is_gone(
    registrar: Registrar, cluster: FakeCluster, pods: tuple[Edge, Edge]
) -> None:
    first, second = pods
    first.start("first")
    second.start("second")
    eventually(lambda: registrar.accepted, 40)
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
        ("nobody", "is not user:password"),
        ("user:pass:word", "has more than one colon"),
        ('user:pass"word', "has a quote"),
    ],
)
def test_credentials_that_cannot_be_written_down_are_refused(
    tmp_path: Path, cluster: FakeCluster, secret: str, reason: str
) -> None:
    pod = Edge(tmp_path / "pod", cluster, values(8091))
    pod.secret("regOne", secret)
    done = pod.configure()
    assert done.returncode == 1
    assert reason in done.stderr


def test_the_password_is_in_the_pod_alone(tmp_path: Path, cluster: FakeCluster) -> None:
    pod = Edge(tmp_path / "pod", cluster, values(8091))
    pod.secret("regOne", "acme-user:acme-password")
    assert pod.configure().returncode == 0
    table = tmp_path / "pod" / "configuration" / "uacreg"
    assert "acme-password" in table.read_text()
    assert table.stat().st_mode & 0o077 == 0
    assert "acme-password" not in "".join(f.read_text() for f in (tmp_path / "pod" / "templates").iterdir())
    assert EDGE in (tmp_path / "pod" / "configuration" / "kamailio.cfg").read_text()
