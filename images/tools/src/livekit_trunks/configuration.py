"""Configuration of the trunk manager, read from its pod: variables, the wanted objects and the API key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """LiveKit's API key and its secret."""

    key: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The wanted objects in the form of LiveKit's SIP API, without ids."""

    inbound: Mapping[str, Any]
    outbound: Mapping[str, Any]
    rule: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """`url` is the URL of LiveKit, http:// or ws://. `seconds` is the interval between comparisons."""

    url: str
    templates: Path
    secrets: Path
    key_name: str
    secret_name: str
    seconds: float

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Configuration:
        """Reads the container's environment variables. Raises `KeyError` if one is missing."""
        return cls(
            url=environment["LIVEKIT"],
            templates=Path(environment["TEMPLATES"]),
            secrets=Path(environment["SECRETS"]),
            key_name=environment["API_KEY_NAME"],
            secret_name=environment["API_SECRET_NAME"],
            seconds=float(environment["SECONDS_BETWEEN"]),
        )

    def credentials(self) -> Credentials:
        """Reads the mounted secrets, which can rotate. Raises `OSError` if one is missing."""
        key, secret = ((self.secrets / name).read_text().strip() for name in (self.key_name, self.secret_name))
        return Credentials(key=key, secret=secret)

    def wanted(self) -> Wanted:
        """Reads the wanted objects. Raises `OSError` or `json.JSONDecodeError`."""
        files = {"inbound": "inbound.json", "outbound": "outbound.json", "rule": "dispatch.json"}
        read = {field: json.loads((self.templates / file).read_text()) for field, file in files.items()}
        return Wanted(**read)
