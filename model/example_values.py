"""Example values: values that a stack file of this repository shows, and that no real deployment has.

The one place that decides what an example value is. It looks at the text of every setting, so that new settings need no
change here. `model.checks.example_values` decides what follows from them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from settings.schema.stack import StackSettings

DOCUMENTATION_NETWORKS: Final = tuple(map(ipaddress.IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
"""The address ranges that are reserved for documentation (RFC 5737)."""
FREE_TEXT: Final = ("voice:tags.", "voice:agent.environment.")
"""Settings whose text is the user's own and can mention an example, such as a prompt."""
FEWEST_DIGITS: Final = 6
"""A digest with fewer different hexadecimal digits is made up: of 64 random digits, at least 9 differ."""

_GUID: Final = re.compile(r"\b0{8}-0{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
"""A GUID that begins with twelve zeros. No generator of GUIDs makes one."""
_ADDRESS: Final = re.compile(r"(?<![0-9.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![0-9.])")
_DOMAIN: Final = re.compile(r"(?<![a-z0-9-])(example\.(com|net|org)|[a-z0-9-]+\.(example|invalid|test))(?![a-z0-9.-])")
"""The domains that are reserved for documentation and tests (RFC 2606)."""
_DIGEST: Final = re.compile(r"^sha256:([0-9a-f]{64})$")


def _has_guid(text: str) -> bool:
    return _GUID.search(text) is not None


def _has_address(text: str) -> bool:
    for found in _ADDRESS.findall(text):
        try:
            address = ipaddress.IPv4Address(found)
        except ValueError:
            continue
        if any(address in network for network in DOCUMENTATION_NETWORKS):
            return True
    return False


def _has_domain(text: str) -> bool:
    return _DOMAIN.search(text) is not None


def _is_digest(text: str) -> bool:
    """Whether a digest has few different digits, or repeats a part of itself."""
    found = _DIGEST.match(text)
    if found is None:
        return False
    digits = found[1]
    repeats = any(digits[:length] * (len(digits) // length) == digits for length in (2, 4, 8, 16, 32))
    return repeats or len(set(digits)) < FEWEST_DIGITS


EXAMPLES: Final[Mapping[str, Callable[[str], bool]]] = {
    "a made-up id": _has_guid,
    "an address that is reserved for documentation (RFC 5737)": _has_address,
    "a domain that is reserved for documentation (RFC 2606)": _has_domain,
    "a made-up digest": _is_digest,
}
"""What an example value is, and how to recognize it."""


@dataclass(frozen=True)
class ExampleValue:
    """An example value in a stack file: its path under `config`, the value, and what it is."""

    path: str
    value: str
    kind: str


def is_example(text: str) -> bool:
    """Whether a text is an example value."""
    return any(recognizes(text) for recognizes in EXAMPLES.values())


def example_values(settings: StackSettings) -> Iterator[ExampleValue]:
    """Yields the example values of a stack, in the order of the sections."""
    for path, text in _texts(settings.model_dump(by_alias=True), "voice:"):
        kind = next((kind for kind, recognizes in EXAMPLES.items() if recognizes(text)), None)
        if kind is not None and not path.startswith(FREE_TEXT):
            yield ExampleValue(path, text, kind)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yields every text in a value with its path in the stack file."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}{key}" if path.endswith(":") else f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _texts(item, f"{path}[{position}]")
