"""Salted digests of secret inputs. The cloud stores them instead of the values, which suffices to detect changes."""

from __future__ import annotations

import copy
import hashlib
import hmac
import os
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Request, get_path

_PREFIX: Final = "scrypt"
_SALT_BYTES: Final = 16
_COST: Final = {"n": 2**12, "r": 8, "p": 1}
"""About 10 ms and 4 MiB per value. Human-chosen values are short, so guessing must be expensive."""


def digest(value: str, salt: bytes | None = None) -> str:
    """`scrypt:<salt>:<hash>` of a value; with a new salt if none is given."""
    salt = salt or os.urandom(_SALT_BYTES)
    hashed = hashlib.scrypt(value.encode(), salt=salt, **_COST)
    return f"{_PREFIX}:{salt.hex()}:{hashed.hex()}"


def matches_digest(value: Any, stored: Any) -> bool:
    """Whether a value has the stored digest."""
    if not isinstance(value, str) or not isinstance(stored, str) or stored.count(":") != 2:
        return False
    salt = bytes.fromhex(stored.split(":")[1])
    return hmac.compare_digest(digest(value, salt), stored)


def store_digests(request: Request, record: Record, *paths: str) -> None:
    """Replaces secret inputs of a record that was just written by their digests."""
    inputs = copy.deepcopy(record.inputs)
    for path in paths:
        value = get_path(inputs, path)
        if not isinstance(value, str):
            continue
        *parents, last = path.split(".")
        (get_path(inputs, ".".join(parents)) if parents else inputs)[last] = digest(value)
    record.inputs = inputs
    request.cloud.put(record)
