"""Shared types of the stack file: the base of all sections, and annotated types with their limits."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Section(BaseModel):
    """A section of the stack file: frozen, camelCase in YAML, snake_case in Python, without unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, strict=True, use_attribute_docstrings=True
    )


def refuse(code: str, expected: str, remediation: str) -> PydanticCustomError:
    """Returns the error for a value that a validator does not accept. The loader adds path and value.

    The arguments are those of `settings.schema.errors.Problem`.
    """
    context = {"code": code, "expected": expected, "remediation": remediation}
    return PydanticCustomError("setting", "{expected}", context)


def _network(value: str) -> str:
    """Returns the network in CIDR notation; a single address becomes a /32."""
    try:
        return str(ipaddress.IPv4Network(value))
    except ValueError as error:
        raise refuse(
            "invalid-cidr",
            "an IPv4 network in CIDR notation without host bits, such as 203.0.113.0/28",
            f"Write the network address ({error}).",
        ) from None


def unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Validator: refuses a list that contains a value twice."""
    repeated = sorted({str(value) for value in values if values.count(value) > 1})
    if repeated:
        raise refuse("repeated-value", "each value once", f"Remove the repeated {', '.join(repeated)}.")
    return values


Cidr = Annotated[str, AfterValidator(_network)]
"""An IPv4 network, `a.b.c.d/n`. The stack file can also contain a single address."""

Guid = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(json_schema_extra={"x-expected": "a lower-case GUID"}),
]
"""An Entra or subscription id, lower case."""

Location = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]{2,29}$"),
    Field(json_schema_extra={"x-expected": "an Azure location as in `az account list-locations`, such as eastus"}),
]

Word = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20),
    Field(json_schema_extra={"x-expected": "lower-case letters, digits and inner hyphens, starting with a letter"}),
]
"""A name that becomes part of Azure names."""

PoolName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]{0,8}$"),
    Field(json_schema_extra={"x-expected": "1-9 lower-case letters and digits, starting with a letter"}),
]
"""Name of a node pool. AKS allows 12 characters, of which the zone (1) and the generation (2) use three."""

GenerationName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{1,2}$"),
    Field(json_schema_extra={"x-expected": "one or two lower-case letters"}),
]

Zone = Literal["1", "2", "3"]
Zones = Annotated[tuple[Zone, ...], Field(min_length=1), AfterValidator(unique)]
Cidrs = Annotated[tuple[Cidr, ...], AfterValidator(unique)]

Duration = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]*[smh]$"),
    Field(json_schema_extra={"x-expected": "a whole number with s, m or h, such as 10m"}),
]


def overlapping(networks: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns the pairs of names whose networks overlap, in order. `networks` are `(name, cidr)`."""
    parsed = [(name, ipaddress.IPv4Network(cidr)) for name, cidr in networks]
    return [
        (name, other_name)
        for position, (name, network) in enumerate(parsed)
        for other_name, other in parsed[position + 1 :]
        if network.overlaps(other)
    ]
