"""A minimal kind of stack without a cluster.

It uses the reserved name `serverless`, so that the loader treats it like the real kind that will have this name.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from model.address_plan import place_subnets, region_network
from model.checks import STACK_RULES
from model.checks.rules import Rules
from model.checks.stack import secrets_are_valid
from model.kinds import KINDS, Kind
from model.kinds.kind import SHARED_CLASS_DEFAULTS
from model.secrets import GeneratedSecret
from settings.schema.azure import Region
from settings.schema.data import StorageSettings
from settings.schema.errors import Problem
from settings.schema.stack import StackSettings
from settings.schema.types import Section

NAME: Final = "serverless"
STACK_FILE: Final = Path(__file__).parent / "Pulumi.clusterless.yaml"

SESSION_KEY: Final = GeneratedSecret("session-key", 32, "signs sessions")


class Subnet(StrEnum):
    """The subnets of a region of this kind."""

    FUNCTIONS = "functions"
    PRIVATE_ENDPOINTS = "private-endpoints"


SUBNET_PLACES: Final[Mapping[Subnet, tuple[str, int]]] = {
    Subnet.FUNCTIONS: ("0.0.0.0", 24),
    Subnet.PRIVATE_ENDPOINTS: ("0.0.1.0", 27),
}


def subnets(region: Region) -> dict[Subnet, str]:
    """The address plan of this kind: CIDRs of a region's subnets."""
    return place_subnets(ipaddress.IPv4Network(region_network(region)), SUBNET_PLACES)


class FunctionsSettings(Section):
    """The functions of the region."""

    issuer: str
    """Issuer of the tokens that identities accept."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    """Timeout of a function, seconds."""


class NetworkSettings(Section):
    """A section that the kind `aks` defines differently."""

    private_endpoints: bool
    """Whether services have private endpoints."""


class ClusterlessSettings(StackSettings):
    """A stack of this kind."""

    kind: Literal["serverless"] = "serverless"
    """Kind of the stack."""
    functions: FunctionsSettings
    network: NetworkSettings
    storage: StorageSettings = StorageSettings()


def _secrets_are_valid(settings: ClusterlessSettings) -> Iterator[Problem]:
    return secrets_are_valid(settings, [SESSION_KEY.name], [SESSION_KEY.name])


def _production_has_private_endpoints(settings: ClusterlessSettings) -> Iterator[Problem]:
    if settings.stack_class == "production" and not settings.network.private_endpoints:
        yield Problem(
            "public-endpoints-in-production",
            "voice:network.privateEndpoints",
            False,
            "true in class `production`",
            "Remove the setting.",
        )


RULES: Final[Rules[ClusterlessSettings]] = {
    **STACK_RULES,
    "secrets are valid": _secrets_are_valid,
    "production has private endpoints": _production_has_private_endpoints,
}

CLUSTERLESS: Final = Kind(
    name=NAME,
    settings=ClusterlessSettings,
    class_defaults={
        **SHARED_CLASS_DEFAULTS,
        "network.privateEndpoints": {"production": True, "staging": False, "development": False},
    },
    rules=RULES,
)

BOTH_KINDS: Final[Mapping[str, Kind[Any]]] = {**KINDS, NAME: CLUSTERLESS}
