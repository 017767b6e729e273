"""Secret inputs as the cloud keeps them: a salted digest, so that a change can be seen and the value cannot be read."""

from __future__ import annotations

import copy
import hashlib
import hmac
import os
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request, dig

_MARK: Final = "scrypt"
_SALT_BYTES: Final = 16
_COST: Final = {"n": 2**12, "r": 8, "p": 1}
"""About 10 ms and 4 MiB for each value; values made by people are short, so guessing must cost something."""


def digest(value: str, salt: bytes | None = None) -> str:
    """`scrypt:<salt>:<hash>` of a value, with a fresh salt unless one is given."""
    salt = salt or os.urandom(_SALT_BYTES)
    hashed = hashlib.scrypt(value.encode(), salt=salt, **_COST)
    return f"{_MARK}:{salt.hex()}:{hashed.hex()}"


def matches(value: Any, kept: Any) -> bool:
    """Whether a value is the one that was kept."""
    if not isinstance(value, str) or not isinstance(kept, str) or kept.count(":") != 2:
        return False
    salt = bytes.fromhex(kept.split(":")[1])
    return hmac.compare_digest(digest(value, salt), kept)


def conceal(request: Request, record: Record, *paths: str) -> None:
    """Replaces secret inputs of a record that has just been written by their digests."""
    inputs = copy.deepcopy(record.inputs)
    for path in paths:
        value = dig(inputs, path)
        if not isinstance(value, str):
            continue
        *parents, last = path.split(".")
        (dig(inputs, ".".join(parents)) if parents else inputs)[last] = digest(value)
    record.inputs = inputs
    request.cloud.put(record)
