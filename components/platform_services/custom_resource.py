"""Custom resources, whose CRDs a chart or AKS installs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes


def custom_resource(
    name: str,
    api_version: str,
    kind: str,
    metadata: kubernetes.meta.v1.ObjectMetaArgs,
    spec: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> kubernetes.apiextensions.CustomResource:
    """A custom resource with an explicit name in `metadata`.

    `spec` has the API's camelCase keys. `opts.depends_on` must contain the release that installs the CRD, so that the
    CRD is created before its first object and deleted after its last one.
    """
    return kubernetes.apiextensions.CustomResource(
        name, api_version=api_version, kind=kind, metadata=metadata, spec=spec, opts=opts
    )
