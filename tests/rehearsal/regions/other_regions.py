"""The effects of adding or removing a region on the other regions."""

from __future__ import annotations

import re
from collections.abc import Iterable

ADAPTED = r"voice-{region}-(network-security-postgresql|services-policies-.+|dns-endpoint-(web|sip))"
"""The resources that contain access to the database and the order of the regions."""


def assert_only_adapted(names: Iterable[str], region: str) -> None:
    """Asserts that all updates of a region match `ADAPTED` and include the security group of its database."""
    found = set(names)
    assert f"voice-{region}-network-security-postgresql" in found
    assert [name for name in found if not re.fullmatch(ADAPTED.format(region=region), name)] == []


def links_between(owner: str, other: str) -> list[str]:
    """The peerings and zone links between two regions, in both directions. They all belong to the owner's stack."""
    pairs = (f"{owner}-{other}", f"{other}-{owner}")
    return sorted(f"voice-{owner}-network-{link}-{pair}" for link in ("peering", "link-postgresql") for pair in pairs)
