"""Charts of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from model.charts import ThirdPartyChart
from model.kubernetes import PLATFORM_PRIORITY, POOL_LABEL
from model.pools import API

CONTROLLER_NODES: Final = {POOL_LABEL: API.name}
"""Node selector of controllers: they are not critical to AKS, so they stay off its system pool."""
CONTROLLER_PRIORITY: Final = PLATFORM_PRIORITY.name
"""Their priority class."""
TIMEOUT_SECONDS: Final = 900
"""How long Helm waits for what a chart installs: a node may have to be added first, which takes some minutes."""
KEPT_REVISIONS: Final = 5
"""How many revisions Helm keeps to go back to; each is a Secret of up to 1 MiB."""


def third_party_release(
    name: str,
    chart: ThirdPartyChart,
    *,
    release_name: str,
    namespace: pulumi.Input[str],
    values: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> kubernetes.helm.v3.Release:
    """The one way to install a chart that is not ours: in its pinned version, whole or not at all.

    `namespace` is the output of a namespace that the program owns: Helm makes none. An installation that fails is
    removed, an upgrade that fails is rolled back. What uses a chart's definitions takes the release into its
    `depends_on`. Where pods run and with which priority belongs to `values`, for each chart has its own keys for it.
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
