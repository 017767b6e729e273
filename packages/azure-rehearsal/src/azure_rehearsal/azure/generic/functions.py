"""Answers of functions without an implementation: `listNamespaceKeys`, `listWebAppHostKeys`, `getSharedKeys`.

The answer has the shape of the SDK's result class. Its keys, passwords and connection strings are stable placeholders.
If an existing type fits the function's name and arguments, a resource that does not exist is refused as in Azure.
"""

from __future__ import annotations

import importlib
import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import get_path
from azure_rehearsal.azure.core.schema import Shape
from azure_rehearsal.azure.generic.arm_types import extract
from azure_rehearsal.azure.generic.outputs import Placeholders
from azure_rehearsal.protocol.provider import Refused

_ITEMS: Final = 2
"""The length of lists in answers: Azure's resources have two keys."""
_NAMESPACE: Final = uuid.UUID("2f6c1f0e-2a5b-5d7e-9a27-4b8d1c9f7a31")


def resource_tokens(token: str, arguments: dict[str, Any]) -> list[str]:
    """The types whose resource a function can read, the best fit first: the longest type name in the function's name.

    `listWebAppApplicationSettings` reads the settings of a web app, with or without a `WebAppApplicationSettings`.
    """
    _, module, function = token.split(":")
    subject = function.removeprefix("list").removeprefix("get")
    paths = {name: entry["path"] for name, entry in extract().items()}
    paths |= {name: type.path for name, type in type_registry.types().items()}
    found: set[tuple[int, int, str]] = set()
    for name, path in paths.items():
        _, home, type_name = name.split(":")
        needed = [item for item in arm_ids.parameters(path) if item != "subscriptionId"]
        if home == module and needed and all(arguments.get(item) for item in needed):
            found.add((len(type_name) if subject.startswith(type_name) else 0, len(needed), name))
    fitting = sorted((item for item in found if item[0]), reverse=True)
    return [name for *_, name in fitting or sorted(found, reverse=True)[:1]]


def answer(token: str, arguments: dict[str, Any], record: Record | None, location: str) -> dict[str, Any]:
    """The result of a function. `record` is the resource that it reads, if it is known."""
    _, module, function = token.split(":")
    shape = _result(module, function)
    name = arm_ids.name(record.id) if record else str(next(iter(arguments.values()), module))

    def seed(purpose: str) -> str:
        purpose = f"{token}/{purpose}/{sorted(arguments.items())}"
        return record.stable_uuid(purpose) if record else str(uuid.uuid5(_NAMESPACE, purpose))

    result = _filled(shape, Placeholders(module, name, location, seed), function, 0)
    if record is not None:
        known = {"id": record.id, "name": name, "type": arm_ids.kind(record.id), **_settings(record)}
        result |= {key: value for key, value in known.items() if key in shape.properties}
    return result


def _result(module: str, function: str) -> Shape:
    home = importlib.import_module(f"pulumi_azure_native.{module}")
    model = getattr(home, f"{function[0].upper()}{function[1:]}Result", None)
    if model is None:
        raise Refused(
            "UnknownFunction",
            f"The SDK has no function azure-native:{module}:{function}.",
            "correct the function's name",
        )
    return Shape("object", model=model)


def _filled(shape: Shape, make: Placeholders, purpose: str, index: int) -> dict[str, Any]:
    """An object with a placeholder for each property whose name tells what it contains."""
    found: dict[str, Any] = {}
    for name, member in shape.properties.items():
        inner = f"{purpose}.{name}"
        kind, item = member.shape.kind, member.shape.item
        if kind == "string" and member.shape.allowed:
            found[name] = make.choice(member.shape.allowed, index)
        elif kind == "string":
            found[name] = _text(name, make, inner, index)
        elif kind == "object" and inner.count(".") <= _ITEMS:
            found[name] = _filled(member.shape, make, inner, index)
        elif kind == "array" and item is not None and item.kind == "object":
            found[name] = [_filled(item, make, f"{inner}[{at}]", at) for at in range(_ITEMS)]
        elif kind == "array" and item is not None and item.kind == "string":
            found[name] = [make.secret(f"{inner}[{at}]") for at in range(_ITEMS)]
        elif kind in ("map", "array"):
            found[name] = {} if kind == "map" else []
        elif kind in ("integer", "number"):
            found[name] = 0
        elif kind == "boolean":
            found[name] = False
    return found


def _text(name: str, make: Placeholders, purpose: str, index: int) -> str:
    function = purpose.split(".", maxsplit=1)[0].lower()
    if name == "value" and function.endswith(("url", "uri")):
        return f"https://{make.host}/?sig={make.secret(purpose)}"
    if name in ("value", "key"):
        return make.secret(purpose)
    if name in ("name", "keyName"):
        return f"key{index + 1}"
    return make.text(name, purpose) or (make.name if "name" in name.lower() else "")


def _settings(record: Record) -> dict[str, Any]:
    """The settings of a web app as `listWebAppApplicationSettings` returns them; a GET of the app omits them."""
    pairs = get_path(record.inputs, "siteConfig.appSettings")
    own = record.inputs.get("properties")
    if isinstance(own, dict):
        return {"properties": own}
    return {"properties": {item["name"]: item.get("value", "") for item in pairs}} if pairs else {}
