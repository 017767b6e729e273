"""What Azure keeps whatever a program deletes: soft-deleted vaults and their secrets, and network watchers.

These records nobody wrote, and nobody has to remove them: they are no leftovers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_KEPT: Final = re.compile(
    r"/subscriptions/[^/]+/(providers/Microsoft\.KeyVault/|resourceGroups/NetworkWatcherRG(/|$))", re.IGNORECASE
)


def is_kept_by_azure(id: str, inputs: Mapping[str, Any]) -> bool:
    """Whether a record, by its id and the body that a client wrote last, is Azure's own and stays."""
    return not inputs and _KEPT.match(id) is not None
