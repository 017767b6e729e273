"""The inputs that all parts of a network share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.diagnostics import diagnose
from components.scope import Scope
from model.log_categories import LogSource


@dataclass(frozen=True, kw_only=True)
class NetworkContext:
    """The component that owns a part, its logical name and its scope. Parts are functions, so that all resources of a
    network are direct children of `Network`.
    """

    name: str
    scope: Scope
    parent: pulumi.Resource

    def options(self, *, after: Sequence[pulumi.Resource] = (), protect: bool | None = None) -> pulumi.ResourceOptions:
        """Options of a child that depends on `after`."""
        return pulumi.ResourceOptions(parent=self.parent, depends_on=list(after) or None, protect=protect)

    def read_after(self, resource: pulumi.Resource) -> pulumi.InvokeOutputOptions:
        """Options of a lookup by name that follows the creation of `resource`."""
        return pulumi.InvokeOutputOptions(parent=self.parent, depends_on=[resource])

    def diagnose(
        self, short: str, resource_id: pulumi.Input[str], *, source: LogSource | None = None, metrics: bool = True
    ) -> None:
        """Sends the logs and metrics of a resource to the region's workspace."""
        diagnose(
            f"{self.name}-diagnostics-{short}",
            resource_id,
            self.scope.log_workspace_id,
            self.options(),
            scope=self.scope,
            source=source,
            metrics=metrics,
        )
