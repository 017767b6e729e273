"""One pod of the chart `voice-agent`: a real livekit-agents worker with the rendered variables and secrets.

Owns the worker's process and those of its jobs. Does not own LiveKit, rooms or dispatches.

Changed against a pod: LiveKit's address, the address that the worker listens on (a pod has a network of its own), the
places of volumes, and the image, whose program is `tests/voice/agents/tone_agent.py`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.voice.events import EventFile
from tests.voice.pod import Pod
from tests.voice.programs import AGENT_PYTHON, ROOT
from tests.voice.waiting import eventually

ADDRESS: Final = "10.98.1.1"
"""Address of the pod."""
PROGRAM: Final = ROOT / "tests" / "voice" / "agents" / "tone_agent.py"


class Agent:
    """A pod with one worker. Ends with the block that it is used in. `said` has what its jobs report.

    `secrets` are values by their names in the vault; those of the chart that are not among them get a value of the
    test's. `environment` is added to the rendered variables: `tone_agent.py` says which it reads. `wrapper` is a
    command that runs the worker, such as `unshare`.
    """

    def __init__(
        self,
        folder: Path,
        values: Mapping[str, Any],
        *,
        livekit_url: str,
        secrets: Mapping[str, str],
        address: str = ADDRESS,
        frequency: int = 600,
        environment: Mapping[str, str] | None = None,
        wrapper: tuple[str, ...] = (),
    ) -> None:
        self.pod = Pod(folder, "voice-agent", {**values, "livekitUrl": livekit_url}, private=address)
        self.address, self.log = address, folder / "agent.log"
        self.said = EventFile(folder / "events.jsonl", self.log.read_text)
        self._temporary = tempfile.TemporaryDirectory(prefix="agent-")
        self._command = [*wrapper, str(AGENT_PYTHON), str(PROGRAM), "start"]
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            # multiprocessing puts Unix sockets there, whose paths have at most 107 characters: pytest's are too long.
            "TMPDIR": self._temporary.name,
            **self._variables(secrets),
            "TONE_EVENTS": str(self.said.file),
            "TONE_FREQUENCY": str(frequency),
            "TONE_HOST": address,
            **(environment or {}),
        }

    def _variables(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """The container's variables, from the ConfigMap and from the Secret that the CSI driver makes."""
        name = self.pod.container("agent")["envFrom"][0]["configMapRef"]["name"]
        plain = self.pod.one("ConfigMap", name)["data"]
        (provider,) = (item for item in self.pod.objects if item["kind"] == "SecretProviderClass")
        keys = {entry["key"]: entry["objectName"] for entry in provider["spec"]["secretObjects"][0]["data"]}
        wanted = [entry["name"] for entry in self.pod.container("agent")["env"]]
        return {
            **{variable: self.pod.moved(value, "agent") for variable, value in plain.items()},
            **{variable: secrets.get(keys[variable], f"value of {keys[variable]}") for variable in wanted},
        }

    def port(self, name: str) -> int:
        """A port of the container, by its name."""
        return next(p["containerPort"] for p in self.pod.container("agent")["ports"] if p["name"] == name)

    def __enter__(self) -> Agent:
        self.start()
        return self

    def start(self) -> None:
        """Starts the worker and waits until it is ready and registered."""
        registered = self._registrations()
        with self.log.open("ab") as log:
            # A group of its own: a worker that is killed leaves its job processes behind.
            self.process = subprocess.Popen(
                self._command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            eventually(lambda: self._registrations() > registered and self.ready(), 120, self.log.read_text)
        except AssertionError:
            self.kill()
            raise

    def _registrations(self) -> int:
        """How often workers of this pod registered at LiveKit."""
        return self.log.read_text().count("registered worker") if self.log.exists() else 0

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._temporary.cleanup()

    def kill(self) -> None:
        """Ends the worker and its jobs by SIGKILL, as a node that is lost does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def terminate(self) -> None:
        """Asks the worker to drain and end, as kubelet does after `preStop`. Does not wait."""
        self.process.send_signal(signal.SIGTERM)

    def kill_job(self, room: str) -> int:
        """Ends the process of one job by SIGKILL, as the kernel does when memory is short. Returns its process id."""
        process = int(self.said.events("started", room=room)[-1]["process"])
        os.kill(process, signal.SIGKILL)
        return process

    def ready(self) -> bool:
        """What the readiness probe asks."""
        return self.get("health", "/")[0] == 200

    def get(self, port: str, path: str) -> tuple[int, str]:
        """Status and text from a port of the container, by its name; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:{self.port(port)}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""
