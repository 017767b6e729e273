"""Resources that Azure retains after a destroy: soft-deleted vaults and their secrets, and network watchers.

No program creates them and no program has to delete them, so reports of leftovers omit them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_RETAINED: Final = re.compile(
    r"/subscriptions/[^/]+/(providers/Microsoft\.KeyVault/|resourceGroups/NetworkWatcherRG(/|$))", re.IGNORECASE
)


def is_retained(id: str, inputs: Mapping[str, Any]) -> bool:
    """Whether Azure retains the record with this id and last written body."""
    return not inputs and _RETAINED.match(id) is not None
