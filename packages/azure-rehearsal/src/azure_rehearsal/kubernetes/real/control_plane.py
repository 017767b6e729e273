"""One control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok.

Owns its folder (certificates, ports, etcd's data, logs) and its processes. Does not own the objects in the cluster.

    certificates/  ports.json  etcd/  logs/<program>.log  *.kubeconfig  kwok.yaml

Address, authority and client certificate stay the same for the life of the folder, so a kubeconfig stays valid. Every
program listens on 127.0.0.1. etcd has no TLS: every user of this machine can read the rehearsal's objects.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import random
import shutil
import socket
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import yaml

from azure_rehearsal.errors import UsageError
from azure_rehearsal.kubernetes.real.api_client import ApiClient
from azure_rehearsal.kubernetes.real.certificates import Certificates, KeyPair, certificates
from azure_rehearsal.kubernetes.real.command_lines import HOST, CommandLines, Network, Ports
from azure_rehearsal.kubernetes.real.processes import Processes, ProcessHandle, last_lines
from azure_rehearsal.kubernetes.real.programs import Programs

PORTS: Final = (20000, 30000)
"""Below the ephemeral port ranges (Linux from 32768, macOS from 49152)."""
START_SECONDS: Final = 90
"""Startup timeout; a start takes less than 10 s on two idle cores."""
API_SERVER_MEMORY: Final = "700MiB"
"""GOMEMLIMIT: a soft limit at which the garbage collector becomes more aggressive."""
OTHER_MEMORY: Final = "200MiB"
_POLL_SECONDS: Final = 0.05
_NODE_LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_STAGES: Final = Path(__file__).with_name("stages.yaml")


class ControlPlane:
    """One control plane. Raises `UsageError` when it cannot be started."""

    def __init__(self, folder: Path, programs: Programs, processes: Processes, network: Network | None = None) -> None:
        self.folder = folder
        self._processes = processes
        network = network or Network()
        self._ports = self._chosen_ports()
        first = next(ipaddress.ip_network(network.services).hosts())
        self._certificates = certificates(folder / "certificates", (HOST, str(first)))
        self._command_lines = CommandLines(programs, folder, self._ports, network, self._certificates)
        self._processes_by_name: dict[str, ProcessHandle] = {}

    @property
    def server(self) -> str:
        """The URL of the API server."""
        return f"https://{HOST}:{self._ports.api_server}"

    @property
    def certificates(self) -> Certificates:
        return self._certificates

    @property
    def processes(self) -> dict[str, ProcessHandle]:
        """The started processes, by program name."""
        return dict(self._processes_by_name)

    def kubeconfig(self, user: KeyPair | None = None) -> dict[str, Any]:
        """A self-contained kubeconfig, for the administrator by default."""
        user = user or self._certificates.administrator
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "rehearsal",
                    "cluster": {
                        "server": self.server,
                        "certificate-authority-data": _encoded(self._certificates.authority.certificate),
                    },
                }
            ],
            "users": [
                {
                    "name": "rehearsal",
                    "user": {
                        "client-certificate-data": _encoded(user.certificate),
                        "client-key-data": _encoded(user.key),
                    },
                }
            ],
            "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": "rehearsal"}}],
            "current-context": "rehearsal",
        }

    def client(self) -> ApiClient:
        """A client with administrator permissions."""
        user = self._certificates.administrator
        return ApiClient(HOST, self._ports.api_server, self._certificates.authority.certificate, user)

    def start(self) -> None:
        """Starts every program; returns once the API server is ready."""
        self._refuse_taken_ports()
        self.start_etcd()
        self.start_api_server()
        # kwok gets a new identity with every start and would wait until its old leases expire.
        self.client().request("DELETE", _NODE_LEASES)
        command_lines = self._command_lines
        manager = self._kubeconfig_file("kube-controller-manager", self._certificates.administrator)
        self._start("kube-controller-manager", command_lines.controller_manager(manager))
        self._start(
            "kube-scheduler",
            command_lines.scheduler(self._kubeconfig_file("kube-scheduler", self._certificates.scheduler)),
        )
        stages = self.folder / "kwok.yaml"
        shutil.copyfile(_STAGES, stages)
        self._start("kwok", command_lines.kwok(self._kubeconfig_file("kwok", self._certificates.administrator), stages))

    def start_etcd(self) -> None:
        self._start("etcd", self._command_lines.etcd())

    def start_api_server(self) -> None:
        """Starts the API server and waits until it is ready."""
        self._start("kube-apiserver", self._command_lines.api_server(), API_SERVER_MEMORY)
        client = self.client()
        deadline = time.monotonic() + START_SECONDS
        while not client.is_ready():
            self._refuse_stopped()
            if time.monotonic() > deadline:
                log = self._log("kube-apiserver")
                raise UsageError(
                    f"kube-apiserver did not become ready within {START_SECONDS} s: {last_lines(log)}"
                    f" (full log: {log}). Reduce the load on this machine, or omit --cluster real."
                )
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stops every program; the cluster's data remains on disk."""
        self._processes.stop(list(self._processes_by_name.values())[::-1])
        self._processes_by_name.clear()

    def stop_program(self, program: str) -> None:
        """Stops one program, to simulate a fault."""
        self._processes.stop([self._processes_by_name.pop(program)])

    def remove(self) -> None:
        """Stops every program and deletes the cluster's data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, name: str, command: list[str], memory: str = OTHER_MEMORY) -> None:
        # A rehearsal uses two cores, so more threads per program do not help.
        environment = {**os.environ, "GOMAXPROCS": "2", "GOMEMLIMIT": memory}
        self._processes_by_name[name] = self._processes.start(name, command, environment, self._log(name))

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _refuse_stopped(self) -> None:
        for name, running in self._processes_by_name.items():
            if not running.is_alive:
                log = self._log(name)
                raise UsageError(f"{name} exited during startup: {last_lines(log)} (full log: {log}).")

    def _chosen_ports(self) -> Ports:
        """The ports of the folder, chosen when it is created."""
        file = self.folder / "ports.json"
        if file.exists():
            return Ports(**json.loads(file.read_text()))
        ports = Ports(*_free_ports(3))
        self.folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(ports)))
        return ports

    def _refuse_taken_ports(self) -> None:
        for name, port in asdict(self._ports).items():
            if not _is_free(port):
                raise UsageError(
                    f"another program uses port {port} on {HOST}, which {self.folder} reserves for {name}. Stop that"
                    " program, or use another directory with --state."
                )

    def _kubeconfig_file(self, name: str, user: KeyPair) -> Path:
        file = self.folder / f"{name}.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(yaml.safe_dump(self.kubeconfig(user), sort_keys=False))
        return file


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(*PORTS)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
