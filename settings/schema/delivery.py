"""How services of your own reach the cluster, and how they learn of a new secret."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from settings.schema.types import Section


class GitOpsSettings(Section):
    """Argo CD with one application of applications. It keeps your services; the program keeps the platform."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^https://[^\s]+$"),
        Field(json_schema_extra={"x-allowed": "an https:// address of a Git repository"}),
    ]
    """Git repository with the applications."""
    path: Annotated[str, StringConstraints(pattern=r"^[^/\s][^\s]*$")] = "applications"
    """Folder of the applications in it."""
    revision: Annotated[str, StringConstraints(min_length=1)] = "main"
    """Branch, tag or commit."""


class DeliverySettings(Section):
    """What brings changes to running services."""

    git_ops: GitOpsSettings | None = None
    """Argo CD; off by default, for two owners of one object fight."""
    reloader: bool = False
    """Restarts pods that ask for it by annotation when a secret of theirs changes; never pods that carry calls."""
