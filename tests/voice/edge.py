"""A real Kamailio with the configuration that the chart renders, on loopback addresses.

Differences from a pod: the paths of files and the addresses. The scripts are those of the chart; `kubectl` is a fake
that responds from files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure_rehearsal.kubernetes.cluster import Object
from tests.charts.rendering import rendered

SCENARIOS = Path(__file__).parent / "scenarios"
EDGE = "127.0.1.1"
CARRIER = "127.0.1.2"
NODES = ("127.0.1.11", "127.0.1.12")
SIP_PORT = 5060

KUBECTL = """#!/bin/sh
# Responds from files, and refuses to replace a lease that has changed since it was read, as an API server does.
case "$1 $2" in
  "get endpointslices") cat "$CLUSTER/endpointslices.json" ;;
  "get lease") cat "$CLUSTER/lease.json" ;;
  "replace --namespace")
    flock "$CLUSTER/lock" sh -c '
      new=$(cat)
      held=$(jq -r .metadata.resourceVersion "$CLUSTER/lease.json")
      given=$(printf %s "$new" | jq -r .metadata.resourceVersion)
      [ "$held" = "$given" ] || exit 1
      printf %s "$new" | jq ".metadata.resourceVersion = \\"$((held + 1))\\"" >"$CLUSTER/lease.new"
      mv "$CLUSTER/lease.new" "$CLUSTER/lease.json"' ;;
  *) echo "unexpected: kubectl $*" >&2; exit 1 ;;
esac
"""


def base_values() -> dict[str, Any]:
    """Values with one carrier, identified by its address."""
    return {
        "image": {"repository": "sip-edge", "tag": "test"},
        "toolsImage": {"repository": "tools", "tag": "test"},
        "host": "sip.test.example",
        "freeswitch": {"port": SIP_PORT, "tryNextMilliseconds": 500},
        "carriers": [{"name": "acme", "signallingCidrs": [f"{CARRIER}/32"], "mode": "ip"}],
        "secretProviderClass": {"vault": "kv", "tenantId": "tenant", "clientId": "client"},
    }


@dataclass
class FakeCluster:
    """The part of Kubernetes that the scripts use."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        tool = self.folder / "kubectl"
        tool.write_text(KUBECTL)
        tool.chmod(0o755)
        self.ready(NODES)
        lease = {"metadata": {"name": "sip-edge-registrar", "resourceVersion": "1"}, "spec": {}}
        (self.folder / "lease.json").write_text(json.dumps(lease))

    def ready(self, addresses: Sequence[str], unready: Sequence[str] = ()) -> None:
        """Sets which FreeSWITCH nodes are ready."""
        endpoints = [{"addresses": [a], "conditions": {"ready": True}} for a in addresses]
        endpoints += [{"addresses": [a], "conditions": {"ready": False}} for a in unready]
        text = json.dumps({"items": [{"endpoints": endpoints}]})
        new = self.folder / "endpointslices.new"
        new.write_text(text)
        new.replace(self.folder / "endpointslices.json")

    @property
    def holder(self) -> str | None:
        """The pod that holds the lease."""
        return json.loads((self.folder / "lease.json").read_text())["spec"].get("holderIdentity")

    def environment(self) -> dict[str, str]:
        return {"CLUSTER": str(self.folder), "PATH": f"{self.folder}:{os.environ['PATH']}"}


class Edge:
    """One pod of the SIP edge: Kamailio and its sidecars."""

    def __init__(self, folder: Path, cluster: FakeCluster, values: Mapping[str, Any], *, address: str = EDGE) -> None:
        self.address, self._cluster, self._folder = address, cluster, folder
        self.log, self.certificates = folder / "kamailio.log", folder / "certificates"
        self._processes: list[subprocess.Popen[bytes]] = []
        for name in ("configuration", "destinations", "templates", "scripts", "secrets", "certificates", "run"):
            (folder / name).mkdir(parents=True)
        self._objects = rendered("sip-edge", values)
        self._values = values
        pod = self._one("Deployment")["spec"]["template"]["spec"]
        self._containers = {c["name"]: c for c in [*pod["initContainers"], *pod["containers"]]}
        for config_map, place in (("sip-edge", "templates"), ("sip-edge-scripts", "scripts")):
            for file, text in self._one("ConfigMap", config_map)["data"].items():
                (folder / place / file).write_text(self._with_local_paths(text))

    def _one(self, kind: str, name: str = "sip-edge") -> Object:
        return next(o for o in self._objects if o["kind"] == kind and o["metadata"]["name"] == name)

    def _with_local_paths(self, text: str) -> str:
        """Replaces paths in the pod by paths in this folder."""
        for name in ("configuration", "destinations", "templates", "scripts", "secrets"):
            text = text.replace(f'"/{name}', f'"{self._folder}/{name}').replace(
                f"text:///{name}", f"text://{self._folder}/{name}"
            )
        return text.replace("= /certificates/", f"= {self.certificates}/")

    def _environment(self, container: str, pod_name: str) -> dict[str, str]:
        fields = {"status.podIP": self.address, "metadata.name": pod_name, "spec.nodeName": "node"}
        stated = {
            entry["name"]: entry["value"] if "value" in entry else fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
            for entry in self._containers[container]["env"]
        }
        places = {n: str(self._folder / v[1:]) for n, v in stated.items() if v.startswith("/")}
        return {
            **self._cluster.environment(),
            **stated,
            **places,
            "POLL_SECONDS": "0.2",
            "CERTIFICATE_RETRY_SECONDS": "3",
        }

    def sidecar_log(self, container: str) -> str:
        """The log of a sidecar."""
        return (self._folder / f"{container}.log").read_text()

    def secret(self, name: str, value: str) -> None:
        """Puts a secret where the CSI driver would."""
        (self._folder / "secrets" / name).write_text(value)

    def configure(self) -> subprocess.CompletedProcess[str]:
        """Runs the init container's script."""
        return subprocess.run(
            ["sh", str(self._folder / "templates" / "configure.sh")],
            env=self._environment("configure", "pod"), capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip

    def start(self, pod_name: str = "pod", **environment: str) -> None:
        """Starts Kamailio and the sidecars as the Deployment does, and waits until Kamailio listens.

        `environment` adds variables of the sidecars.
        """
        done = self.configure()
        assert done.returncode == 0, done.stderr
        self._sidecar("destinations-at-start", pod_name, {}).wait(20)
        self._start_kamailio()
        for name in ("destinations", "registrar"):
            if name in self._containers:
                self._sidecar(name, pod_name, environment)

    def restart_kamailio(self) -> None:
        """Restarts only Kamailio, as the kubelet does when its container ends."""
        os.killpg(self._kamailio.pid, signal.SIGKILL)
        self._kamailio.wait(10)
        self._start_kamailio()

    def _start_kamailio(self) -> None:
        command = [
            self._folder.as_posix() + word if word.startswith(("/configuration", "/run")) else word
            for word in self._containers["kamailio"]["command"]
        ]
        command = [word.replace("/run/kamailio", "/run") for word in command]
        with self.log.open("ab") as log:
            self._kamailio = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._processes.append(self._kamailio)
        deadline = time.monotonic() + 20
        while self.health("/health") != 200:
            assert self._kamailio.poll() is None, f"Kamailio ended\n{self.log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    def _sidecar(self, container: str, pod_name: str, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        _, script, *arguments = self._containers[container]["command"]
        with (self._folder / f"{container}.log").open("wb") as log:
            process = subprocess.Popen(
                ["sh", str(self._folder / script[1:]), *arguments],
                env={**self._environment(container, pod_name), **more}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def health(self, path: str) -> int:
        """Status of a probe; 0 while nothing listens."""
        return self._get(self.port("health"), path)[0]

    def metrics(self) -> str:
        return self._get(self.port("metrics"), "/metrics")[1]

    def port(self, name: str) -> int:
        return self._values.get("ports", {}).get(name) or {"health": 8090, "metrics": 9090}[name]

    def _get(self, port: int, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except (urllib.error.URLError, OSError):
            return 0, ""

    def kill(self) -> None:
        """Ends it by SIGKILL, as a node that is lost does; `start` starts it again."""
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self._processes.clear()

    def stop(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@dataclass(frozen=True)
class Calls:
    """The call counts of one sipp process."""

    created: int
    successful: int
    failed: int


class Sipp:
    """One sipp process; read its counts after it has ended."""

    def __init__(self, folder: Path, scenario: str, address: str, *arguments: str) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        binary = shutil.which("sipp")
        assert binary, "sipp is missing: apt-get install sip-tester"
        self._process = subprocess.Popen(
            [binary, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", address, "-p", str(SIP_PORT), "-nostdin",
             "-trace_stat", "-stf", "statistics.csv", "-fd", "1", "-trace_msg", "-message_file", "messages.log",
             *arguments],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def wait(self, seconds: float) -> Calls:
        """Waits until it has made its calls and ended."""
        self._process.wait(seconds)
        return self.calls()

    def stop(self) -> Calls:
        """Ends it at once."""
        if self._process.poll() is None:
            # On SIGUSR1, sipp ends its calls and writes its counts.
            self._process.send_signal(signal.SIGUSR1)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        return self.calls()

    def calls(self) -> Calls:
        head, *rows = (self._folder / "statistics.csv").read_text().strip().splitlines()
        last = dict(zip(head.split(";"), rows[-1].split(";"), strict=False))
        return Calls(
            created=int(last["TotalCallCreated"]),
            successful=int(last["SuccessfulCall(C)"]),
            failed=int(last["FailedCall(C)"]),
        )

    def messages(self) -> str:
        """Every message that it sent and received."""
        file = self._folder / "messages.log"
        return file.read_text(errors="replace") if file.exists() else ""


@contextmanager
def sipp(folder: Path, scenario: str, address: str, *arguments: str) -> Generator[Sipp]:
    """A sipp process that the end of the block stops."""
    process = Sipp(folder, scenario, address, *arguments)
    try:
        yield process
    finally:
        process.stop()
