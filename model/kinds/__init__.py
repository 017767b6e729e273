"""The kinds of stacks. A kind is one descriptor: its name, settings model, class defaults and checks.

Belongs here: what the loader must know to validate a stack file of a kind. Does not belong here: the sections
themselves (`settings.schema`), the rules (`model.checks`) and the resources (`components.platform` maps each kind to
its region component).

kind.py  the descriptor
aks.py   the kind `aks`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from model.kinds.aks import AKS
from model.kinds.kind import ClassDefaults, Kind
from settings.schema.aks_stack import AksStackSettings

__all__ = ["DEFAULT_KIND", "KINDS", "KIND_NAMES", "ClassDefaults", "Kind", "Settings"]

Settings: TypeAlias = AksStackSettings
"""Settings of a stack of any kind that can be deployed: the union of the kinds' models. The union is only a type: the
loader selects one model before validation, because errors of a pydantic union have no exact paths.
"""

KINDS: Final[Mapping[str, Kind[Any]]] = {AKS.name: AKS}
"""Kinds that this version can deploy, by name."""

KIND_NAMES: Final = ("aks", "containerApps", "serverless")
"""All kind names. The names that `KINDS` lacks are reserved: stacks of these kinds are not available yet."""

DEFAULT_KIND: Final = AKS.name
"""Kind of a stack that has neither `voice:kind` nor a base that has it."""
