"""One pod of the chart `voice-agent`: a real livekit-agents worker with the rendered variables and secrets.

Owns the worker's process and those of its jobs. Does not own LiveKit, rooms or dispatches.

Changed against a pod: LiveKit's address, the address that the worker listens on (a pod has a network of its own), the
places of volumes, and the image, whose program is `tests/voice/agents/tone_agent.py`.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
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
    test's. `environment` is added to the rendered variables: `tone_agent.py` says which it reads. `command` is
    what the image runs.
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
        command: Sequence[str] = (str(AGENT_PYTHON), str(PROGRAM), "start"),
    ) -> None:
        self.pod = Pod(folder, "voice-agent", {**values, "livekitUrl": livekit_url}, private=address)
        self.address, self.log = address, folder / "agent.log"
        self.said = EventFile(folder / "events.jsonl", lambda: self.log.read_text()[-3000:])
        self._temporary = tempfile.TemporaryDirectory(prefix="agent-")
        self._command = [*self._in_volumes(), *command]
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": "/nonexistent",
            # multiprocessing puts Unix sockets there, whose paths have at most 107 characters: pytest's are too long.
            "TMPDIR": self._temporary.name,
            **self._variables(secrets),
            "TONE_EVENTS": str(self.said.file),
            "TONE_FREQUENCY": str(frequency),
            "TONE_HOST": address,
            **(environment or {}),
        }

    @property
    def name(self) -> str:
        """The name by which it is dispatched."""
        return self.environment["LIVEKIT_AGENT_NAME"]

    def _variables(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """The container's variables, from the ConfigMap and from the Secret that the CSI driver makes."""
        name = self.pod.container("agent")["envFrom"][0]["configMapRef"]["name"]
        plain = self.pod.one("ConfigMap", name)["data"]
        (provider,) = (item for item in self.pod.objects if item["kind"] == "SecretProviderClass")
        keys = {entry["key"]: entry["objectName"] for entry in provider["spec"]["secretObjects"][0]["data"]}
        wanted = [entry["name"] for entry in self.pod.container("agent")["env"]]
        return {
            **{variable: self._moved(value) for variable, value in plain.items()},
            **{variable: secrets.get(keys[variable], f"value of {keys[variable]}") for variable in wanted},
        }

    def _moved(self, text: str) -> str:
        """A text that names places in the container, for this pod."""
        return self.pod.moved(text, "agent").replace(str(self.pod.folder / "temporary"), self._temporary.name)

    def _volumes(self) -> dict[Path, str]:
        """The volumes that the container can write to: folder and rendered size."""
        sizes = {v["name"]: v["emptyDir"]["sizeLimit"] for v in self.pod.spec["volumes"] if "emptyDir" in v}
        short = {"temporary": Path(self._temporary.name)}
        return {short.get(name, self.pod.folder / name): size for name, size in sizes.items()}

    def _in_volumes(self) -> list[str]:
        """A command that gives each volume its rendered size, and then runs what follows it."""
        # Kubernetes writes 4Gi, mount writes 4G for the same.
        mounts = [f"mount -t tmpfs -o size={size[:-1]} tmpfs {folder}" for folder, size in self._volumes().items()]
        return ["unshare", "--mount", "sh", "-ec", "; ".join([*mounts, 'exec "$@"']), "sh"]

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
            eventually(lambda: self._registered(registered + 1), 120, lambda: self.log.read_text()[-3000:])
        except AssertionError:
            self.kill()
            raise

    def _registrations(self) -> int:
        """How often workers of this pod registered at LiveKit."""
        return self.log.read_text().count("registered worker") if self.log.exists() else 0

    def _registered(self, times: int) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        assert "worker failed" not in self.log.read_text(), self.log.read_text()
        return self._registrations() >= times and self.ready()

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._temporary.cleanup()

    def kill(self) -> None:
        """Ends the worker and its jobs by SIGKILL, as a node that is lost does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def metric(self, name: str) -> float:
        """The sum of a metric's series; 0 where it has none."""
        text = self.get("metrics", "/metrics")[1]
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def files(self) -> set[Path]:
        """All files in the volumes that the container can write to."""
        # They are mounted where only the worker's processes see them.
        root = Path(f"/proc/{self.process.pid}/root")
        folders = [root / folder.relative_to("/") for folder in self._volumes()]
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    def copy_files(self, files: set[Path], times: int) -> None:
        """Copies files beside themselves, until there are so many of each or a volume is full."""
        for path in files:
            content = path.read_bytes()
            with contextlib.suppress(OSError):
                for number in range(times):
                    path.with_name(f"{path.stem}{number}{path.suffix}").write_bytes(content)

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
