"""Rules for the sections that stacks of every kind have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from model.checks.example_values import EXAMPLE_RULES
from model.checks.rules import Rules, repeated
from settings.schema.errors import Problem
from settings.schema.key_vault import SECRET_NAME
from settings.schema.stack import StackSettings


def region_is_listed(settings: StackSettings) -> Iterator[Problem]:
    """All other rules need the stack's region, so they run only if this one finds no problem."""
    names = [region.name for region in settings.regions]
    if settings.region not in names:
        yield Problem(
            "unlisted-region",
            "voice:region",
            settings.region,
            "a region of `voice:regions`: " + ", ".join(names),
            "Use one of them, or add the region to `voice:regions`.",
        )


def _regions_are_distinct(settings: StackSettings) -> Iterator[Problem]:
    remediations = {
        "name": "Give each region its own name.",
        "number": "Give each region its own number. Do not reuse the numbers of removed regions.",
    }
    for attribute, remediation in remediations.items():
        for position, value in repeated(getattr(region, attribute) for region in settings.regions):
            path = f"voice:regions[{position}].{attribute}"
            yield Problem(f"repeated-region-{attribute}", path, value, "a value that no other region has", remediation)
    primaries = [region.name for region in settings.regions if region.role == "primary"]
    if len(primaries) != 1:
        yield Problem(
            "not-one-primary-region",
            "voice:regions",
            primaries,
            "exactly one region with `role: primary`",
            "Set `role: primary` only for the region that has the writable database.",
            wrong=f"has {len(primaries)} primary regions" if primaries else "has no primary region",
        )


def secrets_are_valid(
    settings: StackSettings, platform: Collection[str], generated: Collection[str]
) -> Iterator[Problem]:
    """Names of secrets, and the tables of `voice:keyVault` that refer to them.

    `platform` are the names of all secrets that the platform creates in stacks of the kind, `generated` those among
    them that have a generation.
    """
    for name in settings.secrets:
        path = f"voice:secrets.{name}"
        if not re.fullmatch(SECRET_NAME, name):
            yield Problem(
                "invalid-secret-name",
                path,
                name,
                "1-127 letters, digits and hyphens, starting with a letter, because Key Vault uses the same name",
                "Rename the secret.",
                wrong="is not a valid name of a secret",
            )
        if name in platform:
            yield Problem(
                "platform-secret",
                path,
                name,
                "a name that the platform does not use for its own secrets",
                "Remove the secret, or rename it.",
                wrong="is a secret that the platform creates",
            )
    vault = settings.key_vault
    known = {*settings.secrets, *platform}
    tables = {
        "expiry": (vault.expiry, known),
        "contentTypes": (vault.content_types, known),
        "generations": (vault.generations, set(generated)),
    }
    for setting, (names, allowed) in tables.items():
        for name in names:
            if name not in allowed:
                of_what = "generated secret" if setting == "generations" else "secret"
                yield Problem(
                    "unknown-secret",
                    f"voice:keyVault.{setting}.{name}",
                    name,
                    f"the name of a {of_what}: " + (", ".join(sorted(allowed)) or "there is none"),
                    "Use one of these names, or remove the entry.",
                    wrong=f"does not refer to a {of_what}",
                )


STACK_RULES: Final[Rules[StackSettings]] = {
    "regions are distinct": _regions_are_distinct,
    **EXAMPLE_RULES,
}
