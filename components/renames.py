"""The renames of deployed resources, as data: what a state calls them, and what the program calls them today.

`components.aliases` turns each entry into an alias, so that an upgrade replaces nothing. An entry stays until the
release that it names; `docs/UPGRADING.md` tells users which release they must pass through. What belongs here is every
change of a type, a logical name or a parent. What does not: renames of settings and of physical names in Azure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rename:
    """One rename. What is `None` did not change.

    `type` and `name` select resources of today; `name` is a regular expression that matches the whole logical name.
    `old_name` and `old_parent` may use its groups (`\\g<region>`). Children of a renamed or moved component need no
    entry of their own: the engine derives their aliases from their parent's.
    """

    type: str
    name: str = r".*"
    old_type: str | None = None
    old_name: str | None = None
    old_parent: str | None = None
    """The end of the old parent's URN: `type$type::name`; empty for a resource without a parent."""
    removed_in: str
    """The release that drops the alias."""


RENAMES = (Rename(type="voice:index:AksRegion", old_type="voice:index:RegionCell", removed_in="0.3.0"),)
