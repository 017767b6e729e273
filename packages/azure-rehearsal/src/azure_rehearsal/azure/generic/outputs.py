"""The response properties of a type without rules.

ARM repeats the inputs; `core.arm` adds name, type, location and state. This module adds identities, ids of nested
items, and placeholders for text that Azure generates, so that a program which reads them runs. Placeholders are stable
for the resource's lifetime, and their hosts end in `azure.example`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.identities import identity_outputs
from azure_rehearsal.azure.core.rules import Request, get_path, set_default
from azure_rehearsal.azure.core.schema import Shape
from azure_rehearsal.azure.generic.known_outputs import KNOWN_OUTPUTS

TIME: Final = "2026-01-01T00:00:00Z"
_PREFERRED_STATES: Final = ("Succeeded", "Enabled", "Active", "Ready", "Running", "Online", "Available")
_MAX_DEPTH: Final = 4


class Placeholders:
    """Stable placeholders for one resource or for the answer of one function."""

    def __init__(self, module: str, name: str, location: str, seed: Callable[[str], str]) -> None:
        self.module = module
        self.name = name
        self.location = location or "westeurope"
        self._seed = seed

    @property
    def host(self) -> str:
        return f"{self.name.lower()}.{self.module}.azure.example"

    def filled(self, template: str) -> str:
        """A template of `known_outputs`."""
        values = {"name": self.name, "module": self.module, "location": self.location}
        return template.format(**values, ip=self.address("ip"), uuid=self._seed("uuid")[:8])

    def address(self, purpose: str) -> str:
        """An address of a range that RFC 5737 reserves for documentation."""
        return f"203.0.113.{int(self._seed(purpose)[:2], 16) % 254 + 1}"

    def secret(self, purpose: str) -> str:
        digest = hashlib.sha256(self._seed(purpose).encode()).digest()
        return base64.b64encode(digest).decode()

    def text(self, property: str, purpose: str = "") -> str | None:
        """The placeholder for a text property, or `None` if its name does not tell what it contains."""
        purpose = purpose or property
        kinds: tuple[tuple[str, Callable[[], str]], ...] = (
            (r"connection_?strings?$", lambda: f"Endpoint=https://{self.host}/;SharedAccessKey={self.secret(purpose)}"),
            (r"(fqdn|host_?name|domain_?name|default_?domain)s?$", lambda: self.host),
            (r"(ur[il]|endpoint)$", lambda: f"https://{self.host}/"),
            (r"(keys?|password|token|secret|sas)$", lambda: self.secret(purpose)),
            (r"private_?ip_?address$", lambda: f"10.{int(self._seed(purpose)[:2], 16)}.0.4"),
            (r"(?-i:(^ip|Ip|IP)(address|Address)?$)", lambda: self.address(purpose)),
            (r"(guid|uuid|unique_?id|client_?id|principal_?id|customer_?id|vm_?id)$", lambda: self._seed(purpose)),
            (r"(?-i:(Time|Date|[a-z]At)(Utc)?$)", lambda: TIME),
        )
        for pattern, make in kinds:
            if re.search(pattern, property, re.IGNORECASE):
                return make()
        return None

    def choice(self, allowed: tuple[str, ...], index: int = 0) -> str:
        """A value of an enum: one that says that all is well, else the value at the index."""
        return next((item for item in _PREFERRED_STATES if item in allowed), allowed[index % len(allowed)])


def outputs(request: Request, record: Record) -> dict[str, Any]:
    """The response properties besides those that ARM adds to every type."""
    module = request.type.token.split(":")[1]
    location = request.location or _location_of_group(request)
    make = Placeholders(module, request.name, location, record.stable_uuid)
    found = dict(record.properties)
    for path, template in KNOWN_OUTPUTS.get(request.type.token, {}).items():
        set_default(found, path, make.filled(template))
    schema = request.type.schema
    _complete(schema.outputs, schema.inputs, found, request.id, make, "")
    if "identity" in schema.outputs.properties:
        found |= identity_outputs(request, record)
    return found


def _location_of_group(request: Request) -> str:
    group = request.cloud.get(request.id.split("/providers/")[0])
    return str(get_path(group.properties, "location", "")) if group else ""


def _complete(
    shape: Shape, sent: Shape, value: dict[str, Any], id: str, make: Placeholders, at: str, depth: int = 0
) -> None:
    """Adds placeholders for response-only text properties, and ids of nested items, in place."""
    if depth > _MAX_DEPTH:
        return
    inputs = sent.properties
    if depth and "id" in shape.properties and "name" in value:
        value.setdefault("id", f"{id}/{at.rsplit('.', 1)[-1]}/{value['name']}")
    for name, member in shape.properties.items():
        path = f"{at}.{name}" if at else name
        item = value.get(name)
        inner = inputs[name].shape if name in inputs else Shape("any")
        if isinstance(item, dict) and member.shape.kind == "object":
            _complete(member.shape, inner, item, id, make, path, depth + 1)
        elif isinstance(item, list) and member.shape.item is not None and inner.item is not None:
            for part in item:
                if isinstance(part, dict):
                    _complete(member.shape.item, inner.item, part, id, make, path, depth + 1)
        elif item is None and name not in inputs and member.shape.kind == "string" and not member.shape.allowed:
            text = make.text(name, path)
            if text is not None:
                value[name] = text
