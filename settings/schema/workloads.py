"""The voice workloads as a whole. Each workload has a section of its own."""

from __future__ import annotations

from settings.schema.types import Section


class WorkloadsSettings(Section):
    """The voice workloads: the pods of our own charts."""

    enabled: bool = True
    """Runs the workloads. `false` is a step of a first deployment, before the images are in the registry: the stack
    deploys everything else, including the identities, secrets and network policies of the workloads.
    """
