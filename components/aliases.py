"""Keeps registration fast: azure-native lists an alias for each API version that a type ever had.

The SDK turns every one into a URN, 10 to 57 ms for each resource. No stack of this program has ever used an older
major version, so none of them can be in a state (`docs/decisions/0004-azure-native-aliases.md` says when to put them
back).
"""

from __future__ import annotations

import pulumi

AZURE_NATIVE = "azure-native:"


def remove_historic_aliases() -> None:
    """Registers the transformation for the whole stack. Aliases of our own renames (by name or parent) stay."""
    pulumi.runtime.register_stack_transformation(_without_historic_aliases)


def _without_historic_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    if not args.type_.startswith(AZURE_NATIVE) or not args.opts.aliases:
        return None
    args.opts.aliases = [alias for alias in args.opts.aliases if not _is_historic(alias)]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _is_historic(alias: object) -> bool:
    """Whether an alias changes nothing but the type to another azure-native one."""
    return (
        isinstance(alias, pulumi.Alias)
        and isinstance(alias.type_, str)
        and alias.type_.startswith(AZURE_NATIVE)
        and not isinstance(alias.name, str)
    )
