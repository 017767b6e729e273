"""The parameters that all components of a region, or of the global part, have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from model.naming import Naming

GLOBAL_SCOPE = "global"
"""The scope of names of the global part."""


@dataclass(frozen=True, kw_only=True)
class Workspaces:
    """Ids of the Log Analytics workspaces. `audit_id` holds audit logs: longer retention, fewer readers."""

    log_id: pulumi.Input[str]
    audit_id: pulumi.Input[str]
    logs_off: frozenset[str] = frozenset()
    """Log categories that no resource sends."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where the resources of one region, or of the global part, are created, and what they all carry.

    A component receives its scope beside its Args: `Network(name, scope, NetworkArgs(…))`. The scope holds no
    settings of a single component and no output of a component except the resource group and the workspaces.
    """

    resource_group_name: pulumi.Input[str]
    """Name of the resource group; as an output it makes resources wait for the group."""
    names: Naming
    """Physical names of this scope."""
    location: str
    """Azure location, such as `eastus`."""
    tags: Mapping[str, str]
    """Tags of every resource that takes tags."""
    protect: bool
    """Whether resources that hold data or fixed addresses refuse deletion and replacement."""
    workspaces: Workspaces | None = None
    """Absent in the global part and before `Observability` exists."""

    @property
    def global_names(self) -> Naming:
        """Physical names of the global part of the same environment."""
        return self.names.in_scope(GLOBAL_SCOPE)

    @property
    def log_workspace_id(self) -> pulumi.Input[str]:
        """Id of the workspace for logs and metrics. Raises `ValueError` if the scope has no workspaces."""
        return self._required_workspaces().log_id

    @property
    def audit_workspace_id(self) -> pulumi.Input[str]:
        """Id of the workspace for audit logs. Raises `ValueError` if the scope has no workspaces."""
        return self._required_workspaces().audit_id

    @property
    def logs_off(self) -> frozenset[str]:
        """Log categories that no resource sends. Raises `ValueError` if the scope has no workspaces."""
        return self._required_workspaces().logs_off

    def with_workspaces(self, workspaces: Workspaces) -> Scope:
        """A copy with workspaces, for components that are declared after `Observability`."""
        return dataclasses.replace(self, workspaces=workspaces)

    def _required_workspaces(self) -> Workspaces:
        if self.workspaces is None:
            raise ValueError(
                f"The scope {self.names.stem} has no Log Analytics workspaces, but a component of it sends logs. "
                "Pass a scope from `with_workspaces`, and declare the component after `Observability`."
            )
        return self.workspaces
