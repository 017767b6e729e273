"""Names from Azure resource ids."""

from __future__ import annotations

import re
from typing import Any, Final

_SUBNET: Final = re.compile(r"/virtualNetworks/([^/]+)/subnets/([^/]+)$", re.IGNORECASE)


def last_name(arm_id: Any) -> str:
    """The last name in an id; empty for any other value."""
    return arm_id.rsplit("/", 1)[-1] if isinstance(arm_id, str) and "/" in arm_id else ""


def subnet_of(arm_id: Any) -> tuple[str, str] | None:
    """The network and subnet names in a subnet's id; `None` for any other value."""
    match = _SUBNET.search(arm_id) if isinstance(arm_id, str) else None
    return (match[1], match[2]) if match else None
