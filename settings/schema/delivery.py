"""Delivery of your own services: GitOps, and restarts after a change of a secret."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from settings.schema.types import Section


class GitOpsSettings(Section):
    """Argo CD with one app of apps. It manages your services; the program manages the platform."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^https://[^\s]+$"),
        Field(json_schema_extra={"x-expected": "an https:// address of a Git repository"}),
    ]
    """URL of the Git repository that contains the applications."""
    path: Annotated[str, StringConstraints(pattern=r"^[^/\s][^\s]*$")] = "applications"
    """Folder of the applications in the repository."""
    revision: Annotated[str, StringConstraints(min_length=1)] = "main"
    """Branch, tag or commit."""


class DeliverySettings(Section):
    """Delivery of changes to running services."""

    git_ops: GitOpsSettings | None = None
    """Argo CD. It is off by default, because two owners of one object overwrite each other's changes."""
    reloader: bool = False
    """Runs Reloader, which restarts pods with its annotation when one of their secrets changes. It never restarts pods
    that carry calls.
    """
