"""The fake provider of the `random` package: values with the right format, the same in every rehearsal.

Values depend only on the URN and the inputs (including keepers), not on the engine's `randomSeed`, which changes with
every check: two rehearsals must give the same result. A replacement due to a changed input therefore gives a new value,
and `pulumi up --replace` gives the old one.

As in the real provider, every input is immutable, results are unknown in the preview of a creation, and the id is the
value unless it is secret. `bcryptHash` has the format of a hash but matches no password.
"""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from collections.abc import Callable
from importlib import metadata
from typing import Any, Final

from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Refused, Resource
from azure_rehearsal.protocol.values import UNKNOWN, contains_unknown

SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"
"""The real provider's special characters, unless `overrideSpecial` is set."""

_CLASSES: Final = (
    ("lower", "minLower", string.ascii_lowercase),
    ("upper", "minUpper", string.ascii_uppercase),
    ("numeric", "minNumeric", string.digits),
    ("special", "minSpecial", SPECIAL),
)
_TEXT_DEFAULTS: Final = {
    **{use: True for use, _, _ in _CLASSES},
    **{minimum: 0 for _, minimum, _ in _CLASSES},
}
_BCRYPT_ALPHABET: Final = "./" + string.ascii_letters + string.digits
_ADJECTIVES: Final = ("able", "brave", "calm", "eager", "fair", "glad", "keen", "loyal", "neat", "quick", "wise")
_ANIMALS: Final = ("badger", "beetle", "crane", "falcon", "gecko", "heron", "lynx", "marten", "otter", "robin", "stoat")


def _text(draw: random.Random, inputs: dict[str, Any]) -> str:
    """A string with the given length, character classes and minimum counts."""
    alphabet, characters = "", []
    for use, minimum, members in _CLASSES:
        if not inputs[use]:
            continue
        allowed = inputs.get("overrideSpecial") or members if use == "special" else members
        alphabet += allowed
        characters += draw.choices(allowed, k=inputs[minimum])
    characters += draw.choices(alphabet, k=inputs["length"] - len(characters)) if alphabet else []
    draw.shuffle(characters)
    return "".join(characters)


def _password(draw: random.Random, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    result = _text(draw, inputs)
    return "none", {"result": result, "bcryptHash": "$2a$10$" + "".join(draw.choices(_BCRYPT_ALPHABET, k=53))}


def _string(draw: random.Random, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    result = _text(draw, inputs)
    return result, {"result": result}


def _id(draw: random.Random, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    value, prefix = draw.randbytes(inputs["byteLength"]), inputs.get("prefix") or ""
    url = base64.urlsafe_b64encode(value).rstrip(b"=").decode()
    forms = {"b64Url": url, "b64Std": base64.b64encode(value).decode(), "hex": value.hex()}
    forms["dec"] = str(int.from_bytes(value, "big"))
    return url, {form: prefix + text for form, text in forms.items()}


def _uuid(draw: random.Random, _: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    result = str(uuid.UUID(bytes=draw.randbytes(16), version=4))
    return result, {"result": result}


def _integer(draw: random.Random, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    result = draw.randint(inputs["min"], inputs["max"])
    return str(result), {"result": result}


def _pet(draw: random.Random, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    words = [*draw.choices(_ADJECTIVES, k=inputs["length"] - 1), draw.choice(_ANIMALS)]
    name = inputs["separator"].join([inputs["prefix"], *words] if inputs.get("prefix") else words)
    return name, {}


_Generator = Callable[[random.Random, dict[str, Any]], tuple[str, dict[str, Any]]]

_TYPES: Final[dict[str, tuple[_Generator, dict[str, Any], tuple[str, ...], tuple[str, ...]]]] = {
    # type: generator, defaults, required inputs, outputs other than the inputs
    "RandomPassword": (_password, _TEXT_DEFAULTS, ("length",), ("result", "bcryptHash")),
    "RandomString": (_string, _TEXT_DEFAULTS, ("length",), ("result",)),
    "RandomId": (_id, {}, ("byteLength",), ("b64Url", "b64Std", "hex", "dec")),
    "RandomUuid": (_uuid, {}, (), ("result",)),
    "RandomInteger": (_integer, {}, ("min", "max"), ("result",)),
    "RandomPet": (_pet, {"length": 2, "separator": "-"}, (), ()),
}


class FakeRandomProvider(FakeProvider):
    """The `random` package. Stores nothing: the engine's state has the values."""

    version = metadata.version("pulumi_random")

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        kind = resource.type.rsplit(":", 1)[-1]
        if kind not in _TYPES:
            known = ", ".join(sorted(_TYPES))
            return new, [CheckFailure("", f"the simulator does not support {resource.type}. Supported: {known}")]
        _, defaults, required, _ = _TYPES[kind]
        inputs = {**defaults, **{key: value for key, value in new.items() if value is not None}}
        if "number" in new and "numeric" not in new:  # the provider's old name for `numeric`
            inputs["numeric"] = new["number"]
        missing = [key for key in required if key not in inputs]
        failures = [CheckFailure(key, f'the required property "{key}" is missing') for key in missing]
        if not failures and not contains_unknown(inputs):
            failures = _impossible(kind, inputs)
        return inputs, failures

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        changed = sorted(key for key in {*old_inputs, *new} if old_inputs.get(key) != new.get(key))
        return Difference(changed=changed, replaces=changed)

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        generate, _, _, computed = _TYPES[resource.type.rsplit(":", 1)[-1]]
        if preview:
            return "", {**inputs, **dict.fromkeys(computed, UNKNOWN)}
        draw = random.Random(json.dumps([resource.urn, inputs], sort_keys=True))
        id, outputs = generate(draw, inputs)
        return id, {**inputs, **outputs}

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        raise Refused("NotUpdatable", f"{resource.name} ({resource.type}) can only be replaced")

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        """Does nothing: the value exists only in the engine's state."""

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """Returns the state unchanged, because nothing else is stored. Refuses an import, which has no state."""
        if not outputs:
            raise Refused(
                "NotImportable",
                f"the simulator cannot import {resource.name} ({resource.type})",
                "declare it as a new resource",
            )
        return id, outputs, inputs


def _impossible(kind: str, inputs: dict[str, Any]) -> list[CheckFailure]:
    if kind in ("RandomPassword", "RandomString"):
        wanted = sum(inputs[minimum] for use, minimum, _ in _CLASSES if inputs[use])
        if inputs["length"] < max(1, wanted):
            return [
                CheckFailure("length", f"length {inputs['length']} is less than 1 or the sum of the minimums, {wanted}")
            ]
        if not any(inputs[use] for use, _, _ in _CLASSES):
            return [CheckFailure("", "lower, upper, numeric and special are all false. At least one must be true")]
    if kind == "RandomInteger" and inputs["min"] > inputs["max"]:
        return [CheckFailure("min", f"min {inputs['min']} is greater than max {inputs['max']}")]
    if kind == "RandomId" and inputs["byteLength"] < 1:
        return [CheckFailure("byteLength", f"byteLength {inputs['byteLength']} is less than 1")]
    if kind == "RandomPet" and inputs["length"] < 1:
        return [CheckFailure("length", f"length {inputs['length']} is less than 1")]
    return []
