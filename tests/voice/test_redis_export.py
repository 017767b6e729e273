"""The daily export of Redis: the chart's script with a real Redis and fakes of Entra and azcopy."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice.jobs import OBJECT_ID, TOKEN, Job
from tests.voice.livekit import REDIS, REDIS_PASSWORD, REDIS_PORT, Redis

pytestmark = pytest.mark.voice

FOLDER = "https://st.blob.core.windows.net/backups/redis"
KEYS = {
    b"plain": b"a value",
    b"a name with spaces": b'and "quotes"',
    b"line\nbreak": bytes(range(256)) * 40,
}


def ask(redis: Redis, *words: str | bytes, given: bytes | None = None) -> bytes:
    """Runs a command as Redis' default user; `given` is its last argument."""
    command = ["redis-cli", "-h", REDIS, "-p", str(REDIS_PORT), "--tls", "--cacert", str(redis.certificate.file)]
    return subprocess.run(
        [*command, *(["-x"] if given is not None else []), *words],
        input=given,
        env={**os.environ, "REDISCLI_AUTH": REDIS_PASSWORD},
        capture_output=True,
        timeout=20,
        check=True,
    ).stdout.removesuffix(b"\n")


class Export:
    """The job and its uploads."""

    def __init__(self, folder: Path, redis: Redis) -> None:
        values = {**values_of("database-jobs", "full"), "redis": {"host": REDIS, "port": REDIS_PORT, "folder": FOLDER}}
        self._job, self._redis = Job(folder, "redis", values), redis

    def run(self) -> subprocess.CompletedProcess[str]:
        return self._job.run(SSL_CERT_FILE=str(self._redis.certificate.file))

    @property
    def uploaded(self) -> bytes | None:
        packed = self._job.uploaded.get("redis.gz")
        return None if packed is None else gzip.decompress(packed)

    @property
    def address(self) -> str:
        (only,) = self._job.addresses
        return only

    @property
    def scopes(self) -> list[str]:
        return self._job.scopes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture
def redis(server: Redis) -> Redis:
    """A Redis with a user like Entra's and values of several types."""
    server.flush()
    ask(server, "ACL", "SETUSER", OBJECT_ID, "reset", "on", f">{TOKEN}", "~*", "+@all")
    for key, value in KEYS.items():
        ask(server, "SET", key, given=value)
    ask(server, "RPUSH", "list", "one", "two")
    ask(server, "HSET", "hash", "field", "value")
    ask(server, "SET", "short", "lived", "EX", "3600")
    return server


@pytest.fixture
def export(tmp_path: Path, redis: Redis) -> Export:
    return Export(tmp_path, redis)


@pytest.mark.requirement("B25")
def test_an_export_brings_everything_back(export: Export, redis: Redis) -> None:
    done = export.run()
    assert done.returncode == 0, done.stderr
    assert "6 keys are in" in done.stdout
    assert export.address.startswith(f"{FOLDER}/20")
    assert export.scopes == ["https://redis.azure.com/.default"]
    redis.flush()
    assert export.uploaded is not None
    restored = subprocess.run(
        ["redis-cli", "-h", REDIS, "-p", str(REDIS_PORT), "--tls", "--cacert", str(redis.certificate.file)],
        input=export.uploaded,
        env={**os.environ, "REDISCLI_AUTH": REDIS_PASSWORD},
        capture_output=True,
        timeout=30,
        check=True,
    ).stdout.split()
    assert restored == [b"OK"] * 6
    for key, value in KEYS.items():
        assert ask(redis, "GET", key) == value
        assert ask(redis, "TTL", key) == b"-1"
    assert ask(redis, "LRANGE", "list", "0", "-1") == b"one\ntwo"
    assert ask(redis, "HGET", "hash", "field") == b"value"
    assert 3500 < int(ask(redis, "TTL", "short")) <= 3600, "the value must keep its expiry"


def test_an_empty_redis_has_an_empty_export(export: Export, redis: Redis) -> None:
    redis.flush()
    done = export.run()
    assert done.returncode == 0, done.stderr
    assert export.uploaded == b""


def test_a_user_without_read_permission_uploads_nothing(export: Export, redis: Redis) -> None:
    ask(redis, "ACL", "SETUSER", OBJECT_ID, "-dump")
    done = export.run()
    assert done.returncode != 0
    assert "NOPERM" in done.stderr
    assert "not every one of the 6 keys was answered for" in done.stderr
    assert export.uploaded is None


def test_a_user_with_a_wrong_password_uploads_nothing(export: Export, redis: Redis) -> None:
    ask(redis, "ACL", "SETUSER", OBJECT_ID, "resetpass", ">another")
    done = export.run()
    assert done.returncode != 0
    assert export.uploaded is None
    assert TOKEN not in done.stdout + done.stderr
