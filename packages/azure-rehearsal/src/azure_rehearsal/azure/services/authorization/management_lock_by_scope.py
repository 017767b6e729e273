"""Management locks. `core/arm.py` enforces them for writes and deletes of every type."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import ArmType, NameRule

LOCK: Final = "azure-native:authorization:ManagementLockByScope"


TYPE: Final = ArmType(
    token=LOCK,
    path="/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
    force_new=("scope",),
    name=NameRule(
        r"[^<>%&:\\?/]*[^<>%&:\\?/.\s]",
        1,
        90,
        "The name has up to 90 characters, none of '<>%&:\\?/', and does not end with '.' or a space.",
        code="InvalidLockName",
    ),
)
