"""What the coming or going of one region means to another one."""

from __future__ import annotations

import re
from collections.abc import Iterable

ADAPTED = r"voice-{region}-(network-security-postgresql|services-policies-.+|dns-endpoint-(web|sip))"
"""Who may reach the database, and the region's place in the order of regions."""


def only_adapts(names: Iterable[str], region: str) -> None:
    """Asserts that these updates of a region are those, the database's security group among them."""
    found = set(names)
    assert f"voice-{region}-network-security-postgresql" in found
    assert [name for name in found if not re.fullmatch(ADAPTED.format(region=region), name)] == []


def ways_between(owner: str, other: str) -> list[str]:
    """What leads from a region's network and zone to another one's and back; the owner's stack has all of it."""
    ways = (f"{owner}-{other}", f"{other}-{owner}")
    return sorted(f"voice-{owner}-network-{what}-{way}" for what in ("peering", "link-postgresql") for way in ways)
