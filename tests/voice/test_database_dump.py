"""The daily dump of the database: the chart's script with fakes of Entra, PostgreSQL and azcopy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice.jobs import TOKEN, Job

pytestmark = pytest.mark.voice

PG_DUMP = """#!/bin/sh
[ "$PGSSLMODE $PGSSLROOTCERT" = "verify-full system" ] || exit 3
while [ $# -gt 0 ]; do
  case "$1" in --dbname) database=$2 ;; --file) file=$2 ;; --username) user=$2 ;; --host) host=$2 ;; esac
  shift
done
[ "$database" != "$FAILS" ] || exit 1
echo "$host $user $PGPASSWORD $database" >"$file"
"""


@pytest.fixture
def dump(tmp_path: Path) -> Job:
    job = Job(tmp_path, "dump", values_of("database-jobs", "full"))
    job.tool("pg_dump", PG_DUMP)
    return job


@pytest.mark.requirement("B28")
def test_each_database_is_dumped_with_the_identity_and_uploaded(dump: Job) -> None:
    done = dump.run(FAILS="none")
    assert done.returncode == 0, done.stderr
    assert dump.uploaded == {
        f"{name}.dump": f"db.example database-jobs {TOKEN} {name}\n".encode() for name in ("voice", "other")
    }
    assert all(a.startswith("https://st.blob.core.windows.net/backups/postgresql/20") for a in dump.addresses)
    assert dump.scopes == ["https://ossrdbms-aad.database.windows.net/.default"] * 2, "a token lasts an hour"
    assert TOKEN not in done.stdout + done.stderr


def test_a_failed_dump_fails_the_job_and_is_not_uploaded(dump: Job) -> None:
    done = dump.run(FAILS="other")
    assert done.returncode != 0
    assert set(dump.uploaded) == {"voice.dump"}
