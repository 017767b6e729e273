"""Objects of kinds that a chart or AKS defines."""

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
    """An object of a kind that somebody else defines, with a name of its own in `metadata`.

    `spec` has the API's own camelCase keys. `opts.depends_on` names the release that brings the definition, so that the
    kind is there before its first object and its last object goes before the kind.
    """
    return kubernetes.apiextensions.CustomResource(
        name, api_version=api_version, kind=kind, metadata=metadata, spec=spec, opts=opts
    )
