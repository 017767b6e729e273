"""The programs of a control plane and the Go modules that they are built from.

`azure_rehearsal.engine.go_tool` builds them. `python -m azure_rehearsal.kubernetes.real.programs` does so ahead of
time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from azure_rehearsal.engine.go_tool import GoTool

MODULE: Final = Path(__file__).parents[2] / "go" / "kubernetes"
WITHOUT_GO: Final = (
    "Go is missing; a real Kubernetes is built once with it. Install Go (https://go.dev/doc/install), or omit"
    " --cluster real: the default, a fake API server, needs no program."
)
_KUBERNETES: Final = "k8s.io/kubernetes"
_VERSION: Final = "k8s.io/component-base/version.gitVersion"


def _tool(name: str, requirement: str, package: str, duration: str, version_variable: str | None = None) -> GoTool:
    return GoTool(
        name=name,
        title=name,
        module=MODULE,
        requirement=requirement,
        package=package,
        duration=duration,
        remediation=f"Run `go build {package}` in {MODULE} to see the full output, or omit --cluster real.",
        version_variable=version_variable,
    )


def _of_kubernetes(name: str, duration: str) -> GoTool:
    return _tool(name, _KUBERNETES, f"{_KUBERNETES}/cmd/{name}", duration, _VERSION)


TOOLS: Final = (
    _tool("etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", "about a minute"),
    _of_kubernetes("kube-apiserver", "about six minutes on two cores"),
    _of_kubernetes("kube-controller-manager", "about two minutes on two cores"),
    _of_kubernetes("kube-scheduler", "less than a minute"),
    _tool("kwok", "sigs.k8s.io/kwok", "sigs.k8s.io/kwok/cmd/kwok", "about a minute"),
)


@dataclass(frozen=True)
class Programs:
    """The path of each program."""

    etcd: Path
    api_server: Path
    controller_manager: Path
    scheduler: Path
    kwok: Path


def kubernetes_version() -> str:
    """The version that the programs are built from, as `1.36.3`."""
    return TOOLS[1].version().removeprefix("v")


def built(environment: Mapping[str, str] | None = None, say: Callable[[str], None] | None = None) -> Programs:
    """The programs, built if they are not in the cache. Raises `UsageError`: no Go, or a failed build."""
    environment = os.environ if environment is None else environment
    return Programs(*(tool.built(environment, WITHOUT_GO, say) for tool in TOOLS))


if __name__ == "__main__":
    built()
