"""A job of the chart `database-jobs` in a folder: the chart's scripts, with a fake Entra and a fake azcopy."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.charts.workloads import objects, workload_of

DATABASE_JOBS = workload_of("database-jobs")

OBJECT_ID: Final = "0f9b2c1e-6d5a-4c3b-9a8f-7e6d5c4b3a21"
"""Object id of the identity."""
# Entra omits the padding.
_CLAIMS = base64.urlsafe_b64encode(json.dumps({"oid": OBJECT_ID, "name": "ÿ>?"}).encode()).rstrip(b"=")
TOKEN: Final = f"eyJhbGciOiJSUzI1NiJ9.{_CLAIMS.decode()}.c2lnbmF0dXJl"
CURL: Final = """#!/bin/sh
case "$*" in
*https://login.microsoftonline.com/tenant/oauth2/v2.0/token*client_assertion=federated*) ;;
*) echo "unexpected: curl $*" >&2; exit 1 ;;
esac
for word in "$@"; do
  case "$word" in scope=*) echo "${word#scope=}" >>"$FOLDER_OF_TEST/scopes" ;; esac
done
printf '{"access_token": "%s"}' "$TOKEN_OF_TEST"
"""
AZCOPY: Final = """#!/bin/sh
[ "$1" = copy ] || exit 2
mkdir -p "$FOLDER_OF_TEST/uploaded"
cp "$2" "$FOLDER_OF_TEST/uploaded/$(basename "$2")" && echo "$3" >>"$FOLDER_OF_TEST/addresses"
"""


class Job:
    """`name` is the name of the script: `dump` or `redis`."""

    def __init__(self, folder: Path, name: str, values: Mapping[str, Any]) -> None:
        found = {(item["kind"], item["metadata"]["name"]): item for item in objects(DATABASE_JOBS, values)}
        for file, text in found["ConfigMap", "database-jobs"]["data"].items():
            (folder / file).write_text(text)
        template = found["CronJob", f"database-jobs-{name}"]["spec"]["jobTemplate"]["spec"]["template"]
        (self._container,) = template["spec"]["containers"]
        (folder / "work").mkdir()
        (folder / "token").write_text("federated")
        self._folder = folder
        self.tool("curl", CURL)
        self.tool("azcopy", AZCOPY)

    def tool(self, name: str, text: str) -> None:
        """Puts a program first on the container's PATH."""
        (self._folder / name).write_text(text)
        (self._folder / name).chmod(0o755)

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the container's command and waits for its end."""
        shell, script = self._container["command"]
        stated = {variable["name"]: variable["value"] for variable in self._container["env"]}
        return subprocess.run(
            [shell, str(self._folder / Path(script).name)],
            env={
                **stated,
                "PATH": f"{self._folder}:{os.environ['PATH']}",
                "WORK": str(self._folder / "work"),
                "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
                "AZURE_TENANT_ID": "tenant",
                "AZURE_CLIENT_ID": "client",
                "AZURE_FEDERATED_TOKEN_FILE": str(self._folder / "token"),
                "FOLDER_OF_TEST": str(self._folder),
                "TOKEN_OF_TEST": TOKEN,
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def uploaded(self) -> dict[str, bytes]:
        """The uploaded contents by file name."""
        folder = self._folder / "uploaded"
        return {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}

    @property
    def addresses(self) -> list[str]:
        """The URLs of the uploads, in order."""
        return self._lines("addresses")

    @property
    def scopes(self) -> list[str]:
        """The scopes of the requested tokens."""
        return self._lines("scopes")

    def _lines(self, name: str) -> list[str]:
        file = self._folder / name
        return file.read_text().splitlines() if file.exists() else []
