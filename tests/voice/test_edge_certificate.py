"""Renewal of the SIP edge's certificate while the pod runs."""

from __future__ import annotations

import hashlib
import itertools
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.voice.edge import CARRIER, EDGE, NODES, SIP_PORT, Edge, FakeCluster, base_values, sipp
from tests.voice.sip_peers import Carrier, message
from tests.voice.waiting import eventually

pytestmark = pytest.mark.voice

TLS: Final = (EDGE, 5061)
HOST: Final = "sip.test.example"


class Certificates:
    """The mounted Secret. Kubernetes replaces its files atomically through a symbolic link."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)
        for name in ("tls.crt", "tls.key"):
            (folder / name).symlink_to(Path("..data") / name)

    def issue(self) -> str:
        """Mounts a new certificate; returns its fingerprint."""
        version = self._version()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", f"/CN={HOST}", "-keyout", str(version / "tls.key"), "-out", str(version / "tls.crt")],
            check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        self._mount(version)
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert((version / "tls.crt").read_text())).hexdigest()

    def spoil(self, certificate: str) -> None:
        """Mounts a certificate that is invalid or does not match its key."""
        old, version = (self._folder / "..data").resolve(), self._version()
        (version / "tls.key").write_bytes((old / "tls.key").read_bytes())
        (version / "tls.crt").write_text(certificate)
        self._mount(version)

    def _version(self) -> Path:
        version = self._folder / f"..{next(self._numbers)}"
        version.mkdir()
        return version

    def _mount(self, version: Path) -> None:
        new = self._folder / "..new"
        new.symlink_to(version.name)
        new.replace(self._folder / "..data")


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Edge]:
    pod = Edge(tmp_path / "edge", FakeCluster(tmp_path / "cluster"), {**base_values(), "certificateSecret": "sip-edge"})
    try:
        yield pod
    finally:
        pod.stop()


@pytest.fixture
def certificates(pod: Edge) -> Certificates:
    return Certificates(pod.certificates)


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def presented() -> str | None:
    """Returns the fingerprint of the certificate in a handshake with the edge.

    Returns `None` when Kamailio resets the connection: a handshake that a reload interrupts must be repeated.
    """
    try:
        with socket.create_connection(TLS, timeout=5) as plain, unverified().wrap_socket(plain) as connection:
            certificate = connection.getpeercert(binary_form=True)
    except ConnectionError:
        return None
    assert certificate
    return hashlib.sha256(certificate).hexdigest()


def ping(carrier: Carrier, number: int) -> int | None:
    """The status of the response to an OPTIONS request on an open connection."""
    headers = [
        ("Via", f"SIP/2.0/TLS {carrier.address}:{carrier.port};branch=z9hG4bKping{number}"),
        ("Max-Forwards", "70"),
        ("From", "<sip:carrier@carrier.example>;tag=1"),
        ("To", f"<sip:{HOST}>"),
        ("Call-ID", f"ping{number}@carrier"),
        ("CSeq", f"{number} OPTIONS"),
    ]
    carrier.send(message(f"OPTIONS sip:{HOST} SIP/2.0", headers))
    got = carrier.receive(5)
    return got.status if got else None


def test_a_renewed_certificate_is_presented_without_a_restart_and_no_call_is_lost(
    tmp_path: Path, pod: Edge, certificates: Certificates
) -> None:
    old = certificates.issue()
    pod.start()
    assert presented() == old
    with (
        sipp(tmp_path / "one", "node", NODES[0]) as one,
        sipp(tmp_path / "two", "node", NODES[1]) as two,
        sipp(tmp_path / "carrier", "carrier", CARRIER, (f"{EDGE}:{SIP_PORT}"), "-r", "50", "-m", "250") as calls,
        Carrier(CARRIER, TLS, "tls", unverified()) as connected,
    ):
        assert ping(connected, 1) == 200
        for _ in range(3):
            new = certificates.issue()
            eventually(lambda expected=new: presented() == expected, 10, pod.log.read_text)
        assert ping(connected, 2) == 200, "the renewal must not close an open connection"
        figures = calls.wait(30)
        assert one.stop().created + two.stop().created == 250
    assert (figures.successful, figures.failed) == (250, 0)


@pytest.mark.parametrize("spoiled", ["of another key", "not a certificate", "empty"])
def test_a_certificate_that_cannot_be_loaded_leaves_the_old_one_and_a_log_line(
    pod: Edge, certificates: Certificates, spoiled: str
) -> None:
    certificates.issue()
    other = (pod.certificates / "tls.crt").read_text()
    old = certificates.issue()
    pod.start()
    certificates.spoil({"of another key": other, "not a certificate": "not a certificate\n", "empty": ""}[spoiled])
    eventually(lambda: "keeps the old one" in pod.sidecar_log("destinations"), 10, pod.log.read_text)
    assert presented() == old
    assert "tls.crt" in pod.log.read_text() or "tls.key" in pod.log.read_text()

    time.sleep(1)
    assert pod.sidecar_log("destinations").count("keeps the old one") == 1, "the sidecar must not retry the same file"

    # Kamailio 5.6.3 sometimes refuses a valid certificate after an invalid one; the next attempt loads it.
    new = certificates.issue()
    eventually(lambda: presented() == new, 20, pod.log.read_text)


def test_an_edge_without_its_certificate_does_not_start_and_names_the_file(pod: Edge) -> None:
    with pytest.raises(AssertionError, match="Kamailio ended"):
        pod.start()
    assert "tls.crt" in pod.log.read_text()
