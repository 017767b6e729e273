"""Aliases: adds those of our own renames, removes those of azure-native's old API versions.

azure-native lists an alias for each API version that a type ever had. The SDK turns every one into a URN, 10 to 57 ms
for each resource. No stack of this program has ever used an older major version, so no state contains them
(`docs/decisions/0004-azure-native-aliases.md` says when to restore them).
"""

from __future__ import annotations

import re

import pulumi

from components.renames import RENAMES, Rename

AZURE_NATIVE = "azure-native:"


def remove_historic_aliases() -> None:
    """Removes azure-native's own aliases from every resource that the stack declares after this call."""
    pulumi.runtime.register_stack_transformation(_without_historic_aliases)


def add_rename_aliases() -> None:
    """Adds the aliases of `components.renames` to every resource that the stack declares after this call."""
    pulumi.runtime.register_stack_transformation(_with_rename_aliases)


def _without_historic_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if not args.type_.startswith(AZURE_NATIVE) or not args.opts.aliases:
        return None
    args.opts.aliases = [alias for alias in args.opts.aliases if not _is_historic(alias)]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _is_historic(alias: object) -> bool:
    """Whether an alias changes nothing but the type, to another azure-native one."""
    return (
        isinstance(alias, pulumi.Alias)
        and isinstance(alias.type_, str)
        and alias.type_.startswith(AZURE_NATIVE)
        # The SDK marks what an alias does not set with an ellipsis: `parent=None` sets it, to the stack.
        and all(part is ... for part in (alias.name, alias.parent, alias.stack, alias.project))
    )


def _with_rename_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    aliases = aliases_of(args.type_, args.name)
    if not aliases:
        return None
    args.opts.aliases = [*(args.opts.aliases or ()), *aliases]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def aliases_of(type_: str, name: str, renames: tuple[Rename, ...] = RENAMES) -> list[pulumi.Alias]:
    """The aliases of a resource with today's type and logical name."""
    found = []
    for rename in renames:
        match = re.fullmatch(rename.name, name)
        if rename.type == type_ and match is not None:
            found.append(_alias(rename, match))
    return found


def _alias(rename: Rename, match: re.Match[str]) -> pulumi.Alias:
    changed: dict[str, str | None] = {}
    if rename.old_type is not None:
        changed["type_"] = rename.old_type
    if rename.old_name is not None:
        changed["name"] = match.expand(rename.old_name)
    if rename.old_parent is not None:
        changed["parent"] = _urn(match.expand(rename.old_parent)) if rename.old_parent else None
    return pulumi.Alias(**changed)  # type: ignore[arg-type]


def _urn(end: str) -> str:
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{end}"
