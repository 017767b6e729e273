"""The sidecar of a FreeSWITCH pod that uploads recordings and call records, with a fake azcopy.

Owns the sidecar's processes and the uploaded files. Does not own the pod.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.voice.pod import Pod

AZCOPY: Final = """#!/bin/sh
# Accepts a file unless it must fail for all files or for this one.
[ "$1" = copy ] || exit 2
echo "$2 $3" >>"$BLOB/asked"
! [ -e "$BLOB/fails" ] || exit 1
! [ -e "$BLOB/fails-for-$(basename "$2")" ] || exit 1
cp "$2" "$BLOB/$(basename "$2")"
echo "$3" >>"$BLOB/taken"
"""


class Uploads:
    """The sidecar of `pod`. `blob` is the folder of uploaded files."""

    def __init__(self, pod: Pod) -> None:
        self.pod = pod
        self.pod.tool("azcopy", AZCOPY)
        self.blob = pod.folder / "blob"
        self.blob.mkdir()
        self.recordings, self.call_records = pod.folder / "recordings", pod.folder / "call-records"
        self._log = pod.folder / "upload.log"

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Starts the sidecar, or its hook with the argument `last`."""
        container = self.pod.container("upload")
        command = container["lifecycle"]["preStop"]["exec"]["command"] if arguments else container["command"]
        assert command[len(command) - len(arguments) :] == list(arguments)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [self.pod.with_local_paths(word, "upload") for word in command],
                env={
                    **self.pod.environment("upload"),
                    "BLOB": str(self.blob),
                    "POLL_SECONDS": "0.1",
                    "UPLOAD_SECONDS": "30",
                    **environment,
                },
                stdout=log,
                stderr=log,
            )

    @contextmanager
    def sidecar(self) -> Generator[Uploads]:
        """Runs the sidecar until the block ends."""
        process = self.start()
        try:
            yield self
            assert process.poll() is None, "it must not end before the pod does"
        finally:
            process.kill()
            process.wait(10)

    def log(self) -> str:
        """The output of the sidecar and its hook."""
        return self._log.read_text()

    def taken(self) -> list[str]:
        """The URLs of uploaded files, in order."""
        file = self.blob / "taken"
        return file.read_text().split() if file.exists() else []

    def names(self) -> list[str]:
        """The names of uploaded files, sorted."""
        return sorted(Path(address).name for address in self.taken())
