"""The resource types and functions of the simulated Azure, collected from the packages in `SERVICES`.

Types without rules come from the generic tier (`azure_rehearsal.azure.generic`).
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import UnknownType
from azure_rehearsal.azure.generic.arm_types import generic_type
from azure_rehearsal.protocol.provider import Refused

SERVICES: Final = (
    "resources",
    "network",
    "dns",
    "trafficmanager",
    "privatedns",
    "managedidentity",
    "authorization",
    "containerservice",
    "containerregistry",
    "keyvault",
    "storage",
    "dbforpostgresql",
    "redis",
    "redisenterprise",
    "cosmosdb",
    "operationalinsights",
    "applicationinsights",
    "monitor",
    "dashboard",
    "alertsmanagement",
)
"""Packages of `azure_rehearsal.azure.services`; each defines `TYPES` and can define `FUNCTIONS`."""

_PACKAGE: Final = "azure_rehearsal.azure.services"

Function: TypeAlias = Callable[[Cloud, Client, Record, dict[str, Any]], dict[str, Any]]
"""The implementation of an invoke on a resource, such as `listManagedClusterUserCredentials`. Parameters: cloud,
client, record, arguments."""


@functools.cache
def types() -> Mapping[str, ArmType]:
    """Every resource type by its token."""
    modules = [importlib.import_module(f"{_PACKAGE}.{name}") for name in SERVICES]
    return {type.token: type for module in modules for type in module.TYPES}


@functools.cache
def kinds() -> frozenset[str]:
    """The ARM kinds (`Microsoft.Network/virtualNetworks`) that have rules."""
    return frozenset(type.kind for type in types().values())


@functools.cache
def functions() -> Mapping[str, tuple[str, Function]]:
    """Functions on a resource by token: the token of the resource's type, and the implementation."""
    modules = [importlib.import_module(f"{_PACKAGE}.{name}") for name in SERVICES]
    return {token: entry for module in modules for token, entry in getattr(module, "FUNCTIONS", {}).items()}


def arm_type(token: str) -> ArmType:
    """The type with this token: its rules, else the generic tier. Raises `Refused` if the SDK does not have it."""
    found = types().get(token)
    if found is not None:
        return found
    try:
        return generic_type(token)
    except UnknownType as error:
        raise Refused(
            "UnknownResourceType",
            f"The rehearsal does not know {token}: {error}.",
            "use a type of the installed SDK, without an API version in its token",
        ) from None


def type_of(record: Record) -> ArmType:
    """The type of an existing resource."""
    return arm_type(record.type)
