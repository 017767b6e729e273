"""Which resource types and functions the simulated Azure has. One entry in `MODULES` for each ARM resource provider."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.protocol.provider import Refused

MODULES: Final = (
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
    "privatelink",
    "operationalinsights",
    "applicationinsights",
    "monitor",
    "dashboard",
    "alertsmanagement",
)
"""Packages of `azure_rehearsal.azure.services`; each defines `TYPES` and may define `FUNCTIONS`."""

_SERVICES: Final = "azure_rehearsal.azure.services"

Function: TypeAlias = Callable[[Cloud, Client, Record, dict[str, Any]], dict[str, Any]]
"""What answers an invoke that acts on a resource (`listManagedClusterUserCredentials`): cloud, client, record,
arguments."""


@functools.cache
def types() -> Mapping[str, ArmType]:
    """Every resource type by its token."""
    modules = [importlib.import_module(f"{_SERVICES}.{name}") for name in MODULES]
    return {type.token: type for module in modules for type in module.TYPES}


@functools.cache
def kinds() -> frozenset[str]:
    """The ARM kinds (`Microsoft.Network/virtualNetworks`) that have rules."""
    return frozenset(type.kind for type in types().values())


@functools.cache
def functions() -> Mapping[str, tuple[str, Function]]:
    """Functions on a resource by their token: the token of the resource's type, and what answers."""
    modules = [importlib.import_module(f"{_SERVICES}.{name}") for name in MODULES]
    return {token: entry for module in modules for token, entry in getattr(module, "FUNCTIONS", {}).items()}


@functools.cache
def _types_of_records() -> Mapping[str, ArmType]:
    made = importlib.import_module("azure_rehearsal.azure.controllers.types").MADE_BY_CONTROLLERS
    return {**types(), **{type.token: type for type in made}}


def type_of(record: Record) -> ArmType:
    """The rules of something that exists: also of a type that no program can declare, for clusters make it."""
    return _types_of_records()[record.type]


def arm_type(token: str) -> ArmType:
    """The rules of a type. Raises `Refused` for one that has none."""
    found = types().get(token)
    if found is None:
        module = token.split(":")[1] if token.count(":") == 2 else "…"
        raise Refused(
            "UnknownResourceType",
            f"the rehearsal has no rules for {token}",
            f"add them in azure_rehearsal/azure/services/{module} (see azure_rehearsal/azure/__init__.py)",
        )
    return found
