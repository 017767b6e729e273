"""One pod of the chart `voice-agent`: a real livekit-agents worker with the rendered variables and secrets.

Owns the worker's process and those of its jobs. Does not own LiveKit, rooms or dispatches.

Differences from a pod: LiveKit's address, the address that the worker listens on (a pod has its own network), the paths
of volumes, and the image, whose program is `tests/voice/agents/tone_agent.py`.
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
    """A pod with one worker; a context manager stops it. `reported` has the events that its jobs report.

    `secrets` maps names in the vault to values; the other secrets of the chart get a generated value. `environment` is
    added to the rendered variables; `tone_agent.py` lists the variables that it reads. `command` is the command of the
    image.
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
        self.reported = EventFile(folder / "events.jsonl", lambda: self.log.read_text()[-3000:])
        self._temporary = tempfile.TemporaryDirectory(prefix="agent-")
        self._command = [*self._in_volumes(), *command]
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": "/nonexistent",
            # multiprocessing puts Unix sockets there, whose paths have at most 107 characters: pytest's are too long.
            "TMPDIR": self._temporary.name,
            **self._variables(secrets),
            "TONE_EVENTS": str(self.reported.file),
            "TONE_FREQUENCY": str(frequency),
            "TONE_HOST": address,
            **(environment or {}),
        }

    @property
    def name(self) -> str:
        """The name that LiveKit dispatches it by."""
        return self.environment["LIVEKIT_AGENT_NAME"]

    def _variables(self, secrets: Mapping[str, str]) -> dict[str, str]:
        """The container's variables, from the ConfigMap and from the Secret that the CSI driver creates."""
        name = self.pod.container("agent")["envFrom"][0]["configMapRef"]["name"]
        plain = self.pod.one("ConfigMap", name)["data"]
        (provider,) = (item for item in self.pod.objects if item["kind"] == "SecretProviderClass")
        keys = {entry["key"]: entry["objectName"] for entry in provider["spec"]["secretObjects"][0]["data"]}
        wanted = [entry["name"] for entry in self.pod.container("agent")["env"]]
        return {
            **{variable: self._with_local_paths(value) for variable, value in plain.items()},
            **{variable: secrets.get(keys[variable], f"value of {keys[variable]}") for variable in wanted},
        }

    def _with_local_paths(self, text: str) -> str:
        """Replaces paths in the container by paths of this pod."""
        return self.pod.with_local_paths(text, "agent").replace(
            str(self.pod.folder / "temporary"), self._temporary.name
        )

    def _volumes(self) -> dict[Path, str]:
        """The volumes that the container can write to: folder and rendered size."""
        sizes = {v["name"]: v["emptyDir"]["sizeLimit"] for v in self.pod.spec["volumes"] if "emptyDir" in v}
        short = {"temporary": Path(self._temporary.name)}
        return {short.get(name, self.pod.folder / name): size for name, size in sizes.items()}

    def _in_volumes(self) -> list[str]:
        """A command that mounts each volume with its rendered size, then runs its arguments as a command."""
        # Kubernetes writes 4Gi where mount writes 4G.
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
            # A separate process group: a killed worker leaves its job processes behind.
            self.process = subprocess.Popen(
                self._command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            eventually(lambda: self._registered(registered + 1), 120, lambda: self.log.read_text()[-3000:])
        except AssertionError:
            self.kill()
            raise

    def _registrations(self) -> int:
        """How often workers of this pod have registered with LiveKit."""
        return self.log.read_text().count("registered worker") if self.log.exists() else 0

    def _registered(self, times: int) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        assert "worker failed" not in self.log.read_text(), self.log.read_text()
        return self._registrations() >= times and self.ready()

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._temporary.cleanup()

    def kill(self) -> None:
        """Ends the worker and its jobs by SIGKILL, like the loss of a node."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def metric(self, name: str) -> float:
        """The sum of a metric's series; 0 if it has none."""
        text = self.get("metrics", "/metrics")[1]
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    def files(self) -> set[Path]:
        """All files in the volumes that the container can write to."""
        # Only the worker's processes see these mounts.
        root = Path(f"/proc/{self.process.pid}/root")
        folders = [root / folder.relative_to("/") for folder in self._volumes()]
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    def copy_files(self, files: set[Path], times: int) -> None:
        """Copies each file `times` times into its folder, or until the volume is full."""
        for path in files:
            content = path.read_bytes()
            with contextlib.suppress(OSError):
                for number in range(times):
                    path.with_name(f"{path.stem}{number}{path.suffix}").write_bytes(content)

    def terminate(self) -> None:
        """Asks the worker to drain and exit, as the kubelet does after `preStop`. Does not wait."""
        self.process.send_signal(signal.SIGTERM)

    def kill_job(self, room: str) -> int:
        """Ends the process of one job by SIGKILL, as the kernel does when memory runs out. Returns its process id."""
        process = int(self.reported.events("started", room=room)[-1]["process"])
        os.kill(process, signal.SIGKILL)
        return process

    def ready(self) -> bool:
        """Whether the readiness probe succeeds."""
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
