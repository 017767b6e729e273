"""One pod of a chart in a folder: its files, its secrets, and its configuration, which the chart's script creates.

Differences from a pod: the paths of files and the addresses. `kubectl` is a fake that knows one node.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azure_rehearsal.kubernetes.cluster import Object
from tests.charts.rendering import rendered

NODE = "node-1"
KUBECTL = """#!/bin/sh
[ "$*" = "get node $NODE_NAME --output jsonpath={.status.addresses[?(@.type==\\"ExternalIP\\")].address}" ] || {
  echo "unexpected: kubectl $*" >&2
  exit 1
}
printf %s "$NODE_EXTERNAL_ADDRESS"
"""


class Pod:
    """A pod of Deployment `name`, by default the Deployment with the name of the chart.

    `private` and `public` are the addresses of its node; `public` is empty for a node without a public address.
    """

    def __init__(
        self, folder: Path, chart: str, values: Mapping[str, Any], *, private: str, public: str = "", name: str = ""
    ) -> None:
        self.folder, self._private, self._public = folder, private, public
        self.objects = rendered(chart, values)
        self.spec: Object = self.one("Deployment", name or chart)["spec"]["template"]["spec"]
        for volume in ("tools", "secrets", "configuration", *(v["name"] for v in self.spec.get("volumes", []))):
            (folder / volume).mkdir(parents=True, exist_ok=True)
        for volume in self.spec.get("volumes", []):
            if "configMap" in volume:
                for file, text in self.one("ConfigMap", volume["configMap"]["name"])["data"].items():
                    (folder / volume["name"] / file).write_text(text)
        self.tool("kubectl", KUBECTL)

    def one(self, kind: str, name: str) -> Object:
        """An object that the chart renders."""
        return next(o for o in self.objects if o["kind"] == kind and o["metadata"]["name"] == name)

    def container(self, name: str) -> Object:
        """A container or an init container of the pod."""
        every = [*self.spec.get("initContainers", []), *self.spec["containers"]]
        return next(container for container in every if container["name"] == name)

    def tool(self, name: str, text: str) -> None:
        """Puts a program first on the containers' PATH."""
        program = self.folder / "tools" / name
        program.write_text(text)
        program.chmod(0o755)

    def secret(self, name: str, value: str) -> None:
        """Puts a secret where the CSI driver would."""
        (self.folder / "secrets" / name).write_text(value)

    def secret_names(self) -> list[str]:
        """Names in the vault of the secrets in the configuration."""
        pairs = self.environment("configure")["SECRET_VARIABLES"].split()
        return [pair.partition("=")[2].partition(":")[0] for pair in pairs]

    def environment(self, container: str) -> dict[str, str]:
        """The variables of a container, with paths in the pod replaced by paths in the folder."""
        fields = {
            "status.podIP": self._private,
            "status.hostIP": self._private,
            "metadata.name": "pod-1",
            "spec.nodeName": NODE,
        }
        stated = {
            entry["name"]: entry["value"] if "value" in entry else fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
            for entry in self.container(container).get("env", [])
        }
        return {
            "PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}",
            "NODE_EXTERNAL_ADDRESS": self._public,
            **{name: self.with_local_paths(value, container) for name, value in stated.items()},
        }

    def with_local_paths(self, text: str, container: str) -> str:
        """Replaces paths in a container by paths in the folder."""
        mounts = self.container(container).get("volumeMounts", [])
        places = {mount["mountPath"]: str(self.folder / mount["name"]) for mount in mounts}
        if not places:
            return text
        any_place = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
        # Matches only whole paths: not the end of a longer path or of an address, and no closing XML tag.
        return re.sub(rf"(?<![\w./<-])({any_place})(?![\w.-])", lambda found: places[found[1]], text)

    def command(self, container: str) -> list[str]:
        """The command of a container, with paths in the folder."""
        stated = self.container(container)
        return [
            self.with_local_paths(word, container) for word in (*stated.get("command", []), *stated.get("args", []))
        ]

    def configure(self) -> subprocess.CompletedProcess[str]:
        """Runs the init container that fills in the configuration."""
        return subprocess.run(
            self.command("configure"),
            env=self.environment("configure"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
