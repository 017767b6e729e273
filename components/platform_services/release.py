"""Releases of third-party charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from model.charts import ThirdPartyChart
from model.kubernetes import POOL_LABEL

CONTROLLER_NODES: Final = {POOL_LABEL: "api"}
"""Node selector of controllers: the system pool is only for critical pods of AKS."""
CONTROLLER_PRIORITY: Final = "voice-platform"
"""Their priority class."""
TIMEOUT_SECONDS: Final = 900
"""Helm's timeout; it includes the minutes that adding a node can take."""
KEPT_REVISIONS: Final = 5
"""Revisions that Helm keeps for rollbacks; each is a Secret of up to 1 MiB."""


def third_party_release(
    name: str,
    chart: ThirdPartyChart,
    *,
    release_name: str,
    namespace: pulumi.Input[str],
    values: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> kubernetes.helm.v3.Release:
    """Installs a third-party chart in its pinned version, atomically. All third-party charts use this function.

    `namespace` is the output of a namespace that the program owns; Helm creates none. Helm removes a failed
    installation and rolls back a failed upgrade. Resources that use a chart's CRDs must have the release in
    `depends_on`. `values` must set node selector and priority class, because each chart has its own keys for them.
    """
    return kubernetes.helm.v3.Release(
        name,
        name=release_name,
        chart=chart.name,
        version=chart.version,
        repository_opts=kubernetes.helm.v3.RepositoryOptsArgs(repo=chart.repository) if chart.repository else None,
        namespace=namespace,
        create_namespace=False,
        values=values,
        atomic=True,
        cleanup_on_fail=True,
        skip_await=False,
        timeout=TIMEOUT_SECONDS,
        max_history=KEPT_REVISIONS,
        opts=opts,
    )
