"""Names that the provider makes up for resources without one."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from typing import Any, Final

from azure_rehearsal.azure.core.rules import ArmType

_SUFFIX_LENGTH: Final = 8
_AUTO_UUID_VERSION: Final = 8


def auto_name(type: ArmType, name: str, seed: bytes) -> str:
    """The logical name and eight digits, a GUID, or the logical name alone, as the type wants it."""
    digits = hashlib.sha512(seed).hexdigest() if seed else secrets.token_hex(32)
    if type.auto_name == "copy":
        return name
    if type.auto_name == "uuid":
        return str(_uuid8(digits))
    return name + digits[:_SUFFIX_LENGTH]


def _uuid8(digits: str) -> uuid.UUID:
    """A GUID of the version for private use, so that a name made here can be told from one that the program chose."""
    value = int(digits[:32], 16)
    value = value & ~(0xF << 76) | _AUTO_UUID_VERSION << 76
    return uuid.UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def is_auto_named(type: ArmType, name: str, inputs: dict[str, Any]) -> bool:
    """Whether Check made the name up: such a resource is created anew before the old one is deleted."""
    given = str(inputs.get(type.name_parameter, ""))
    if type.auto_name == "random":
        return re.fullmatch(re.escape(name) + f"[0-9a-f]{{{_SUFFIX_LENGTH}}}", given) is not None
    if type.auto_name == "uuid":
        return _is_guid(given) and uuid.UUID(given).version == _AUTO_UUID_VERSION
    return False


def _is_guid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
