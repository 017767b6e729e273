"""Names that the provider generates for resources without one."""

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
    """The logical name plus eight hex digits, a GUID, or the logical name alone, according to `type.auto_name`."""
    digits = hashlib.sha512(seed).hexdigest() if seed else secrets.token_hex(32)
    if type.auto_name == "copy":
        return name
    if type.auto_name == "uuid":
        return str(_uuid8(digits))
    return name + digits[:_SUFFIX_LENGTH]


def _uuid8(digits: str) -> uuid.UUID:
    """A GUID with the version for private use, which distinguishes generated names from names in the program."""
    value = int(digits[:32], 16)
    value = value & ~(0xF << 76) | _AUTO_UUID_VERSION << 76
    return uuid.UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def is_auto_named(type: ArmType, name: str, inputs: dict[str, Any]) -> bool:
    """Whether Check generated the name. A replacement then creates the new resource before it deletes the old one."""
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
