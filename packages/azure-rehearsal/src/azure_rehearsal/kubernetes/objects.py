"""Conversions of objects between Pulumi's inputs, the API and Pulumi's outputs; names and differences."""

from __future__ import annotations

import base64
import copy
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import SERVER_METADATA, Object
from azure_rehearsal.kubernetes.custom_resources import is_crd
from azure_rehearsal.kubernetes.immutable_fields import Path
from azure_rehearsal.protocol.values import contains_unknown

AUTONAMED: Final = "pulumi.com/autonamed"
MANAGED_BY: Final = ("app.kubernetes.io/managed-by", "pulumi")
_SUFFIX_LENGTH: Final = 8

_DASHED: Final[dict[str, str]] = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
_UNDERSCORED: Final[dict[str, str]] = {dashed: name for name, dashed in _DASHED.items()}


def type_token(api_version: str, kind: str) -> str:
    """Pulumi's type token of an object: `kubernetes:core/v1:Service`."""
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"


def api_of(token: str) -> tuple[str, str]:
    """`(apiVersion, kind)` of a type token."""
    _, api_version, kind = token.split(":")
    return api_version.removeprefix("core/"), kind


def is_patch(token: str, item: Object) -> bool:
    """Whether a resource is a `…Patch`, which changes an object that another owner manages."""
    return token.endswith("Patch") and not item.get("kind", "").endswith("Patch")


def id_of(item: Object) -> str:
    """The id of a resource: `namespace/name`, or `name`."""
    metadata = item["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else metadata["name"]


def from_inputs(inputs: Object) -> Object:
    """Converts inputs to the object that is sent to the API, without fields that only the server writes.

    Restores original field names. `stringData` of a Secret becomes `data`, so that inputs and live object have the same
    shape.
    """
    item = _renamed(inputs, _DASHED)
    metadata = item.get("metadata")
    if isinstance(metadata, dict):
        item["metadata"] = {name: value for name, value in metadata.items() if name not in SERVER_METADATA}
    else:
        item.setdefault("metadata", {})
    if is_crd(item):
        item.pop("status", None)
    is_secret = (item.get("apiVersion"), item.get("kind")) == ("v1", "Secret")
    if is_secret and isinstance(item.get("stringData"), dict) and not contains_unknown(item):
        text = {name: value for name, value in item.pop("stringData").items() if value is not None}
        encoded = {name: base64.b64encode(value.encode()).decode() for name, value in text.items()}
        item["data"] = {**(item.get("data") or {}), **encoded}
    return item


def to_outputs(item: Object) -> dict[str, Any]:
    """Converts an object to outputs: field names with underscores where a language cannot have dashes."""
    return _renamed(item, _UNDERSCORED)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(name, name): _renamed(item, names) for name, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value


def assign_name(item: Object, logical_name: str, random_seed: bytes) -> None:
    """Generates a name from the engine's seed for an object without one, and marks the object as autonamed."""
    metadata = item["metadata"]
    if metadata.get("name") or metadata.get("generateName"):
        return
    random_hex = hashlib.sha256(random_seed).hexdigest() if random_seed else secrets.token_hex(_SUFFIX_LENGTH)
    metadata["name"] = f"{logical_name}-{random_hex[:_SUFFIX_LENGTH]}"
    annotate(item, AUTONAMED, "true")


def adopt_name(item: Object, old: Object) -> None:
    """Keeps the generated name of an earlier deployment."""
    if not item["metadata"].get("name") and is_annotated(old, AUTONAMED):
        item["metadata"]["name"] = old["metadata"]["name"]
        annotate(item, AUTONAMED, "true")


def annotate(item: Object, name: str, value: str) -> None:
    """Sets an annotation."""
    item["metadata"]["annotations"] = {**(item["metadata"].get("annotations") or {}), name: value}


def annotation(item: Object, name: str) -> Any:
    """The value of an annotation, or `None`."""
    annotations = (item.get("metadata") or {}).get("annotations")
    return annotations.get(name) if isinstance(annotations, dict) else None


def is_annotated(item: Object, name: str) -> bool:
    """Whether an annotation is "true"."""
    return annotation(item, name) == "true"


def pruned(live: Any, shape: Any) -> Any:
    """Prunes a live value to the fields of `shape`; drops what the server added."""
    if isinstance(live, dict) and isinstance(shape, dict):
        return {name: pruned(value, shape[name]) for name, value in live.items() if name in shape}
    if isinstance(live, list) and isinstance(shape, list) and live and shape and type(live[0]) is type(shape[0]):
        return [pruned(value, wanted) for value, wanted in zip(live, shape, strict=False)]
    return copy.deepcopy(live)


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """The paths at which two values differ, descending into maps and lists. A null equals an absent value."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from differences(old.get(name), new.get(name), (*path, name))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before, after = (values[index] if index < len(values) else None for values in (old, new))
            yield from differences(before, after, (*path, index))
    elif old != new:
        yield path


def property_path(path: Path) -> str:
    """A path in the engine's notation: `metadata.annotations["pulumi.com/skipAwait"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif any(character in part for character in '."[]'):
            escaped = part.replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{part}" if text else part
    return text
