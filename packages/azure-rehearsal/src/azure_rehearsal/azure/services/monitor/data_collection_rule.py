"""Data collection rules: data sources, flows and destinations must match each other."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.extensible_enums import ExtensibleEnumType
from azure_rehearsal.azure.core.identities import identity_outputs, retire_principal
from azure_rehearsal.azure.core.rules import InUse, Request, get_path, normal_location
from azure_rehearsal.azure.services.monitor.common import ASSOCIATION, NAME, RULE, RULE_PATH, immutable_id
from azure_rehearsal.protocol.provider import Refused

METRIC_STREAMS: Final = frozenset({"microsoft-prometheusmetrics"})
"""Streams that only Azure Monitor workspaces accept."""
CUSTOM: Final = "custom-"
DESTINATION_ID_INPUTS: Final = {"logAnalytics": "workspaceResourceId", "monitoringAccounts": "accountResourceId"}
"""Input with the destination's id, by destination type. These destinations must be in the rule's region."""


def _invalid(request: Request, message: str, remediation: str) -> Refused:
    return Refused("InvalidPayload", f"Data collection rule {request.id} is invalid. {message}", remediation)


def _destinations(request: Request) -> dict[str, str]:
    """The type of every destination by name in lower case."""
    found: dict[str, str] = {}
    for kind, value in request.get("destinations", {}).items():
        for item in value if isinstance(value, list) else [value]:
            name = str((item or {}).get("name") or "")
            if not name or name.lower() in found:
                raise _invalid(
                    request,
                    f"Destination '{name}' ({kind}) has no name or a duplicate name.",
                    "give every destination a unique name",
                )
            found[name.lower()] = kind
    return found


def _sources(request: Request) -> set[str]:
    """The streams of the rule's data sources, in lower case."""
    streams: set[str] = set()
    names: set[str] = set()
    for kind, items in request.get("dataSources", {}).items():
        for item in items if isinstance(items, list) else []:
            name = str(item.get("name") or "")
            if not name or name.lower() in names:
                raise _invalid(
                    request,
                    f"Data source '{name}' ({kind}) has no name or a duplicate name.",
                    "give every data source a unique name",
                )
            names.add(name.lower())
            streams |= {str(stream).lower() for stream in item.get("streams") or []}
    return streams


def _refuse_flows(request: Request) -> None:
    destinations, sources = _destinations(request), _sources(request)
    declared = {str(name).lower() for name in request.get("streamDeclarations", {})}
    if not request.get("dataFlows"):
        raise _invalid(request, "It has no data flows.", "send at least one stream to a destination")
    for index, flow in enumerate(request.get("dataFlows", [])):
        where = f"dataFlows[{index}]"
        streams, wanted = flow.get("streams") or [], flow.get("destinations") or []
        if not streams or not wanted:
            raise _invalid(request, f"{where} has no streams or no destinations.", "set both")
        for stream in map(str, streams):
            if stream.lower().startswith(CUSTOM) and stream.lower() not in declared:
                raise _invalid(
                    request,
                    f"Stream '{stream}' of {where} is not declared in streamDeclarations.",
                    "declare its columns",
                )
            if sources and not stream.lower().startswith(CUSTOM) and stream.lower() not in sources:
                raise _invalid(
                    request,
                    f"Stream '{stream}' of {where} is not in the streams of any data source of the rule.",
                    "add it to the streams of a data source",
                )
        _refuse_destinations(request, where, streams, wanted, destinations)


def _refuse_destinations(
    request: Request, where: str, streams: list[Any], wanted: list[Any], destinations: dict[str, str]
) -> None:
    for name in map(str, wanted):
        kind = destinations.get(name.lower())
        if kind is None:
            raise _invalid(
                request,
                f"Destination '{name}' of {where} is not in the destinations of the rule.",
                f"use {' or '.join(sorted(destinations)) or 'a new destination'}",
            )
        for stream in map(str, streams):
            if (stream.lower() in METRIC_STREAMS) != (kind == "monitoringAccounts"):
                raise _invalid(
                    request,
                    f"Stream '{stream}' of {where} cannot be sent to '{name}' ({kind}).",
                    "send Prometheus metrics to monitoringAccounts, logs to logAnalytics",
                )


def _refuse_other_region(request: Request) -> None:
    for kind, key in DESTINATION_ID_INPUTS.items():
        for item in get_path(request.inputs, f"destinations.{kind}") or []:
            _refuse_region(request, request.cloud.get(str(item.get(key) or "")))
    _refuse_region(request, request.referenced("dataCollectionEndpointId"))


def _refuse_region(request: Request, other: Record | None) -> None:
    location = normal_location(str(get_path(other.properties, "location", ""))) if other else request.location
    if other is not None and location != request.location:
        raise _invalid(
            request,
            f"It is in '{request.location}', {other.id} in '{location}'. They must be in the same region.",
            "create one rule per region",
        )


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    return {"immutableId": immutable_id(record, "dcr"), **identity_outputs(request, record)}


TYPE: Final = ExtensibleEnumType(
    token=RULE,
    path=RULE_PATH,
    location_required=True,
    force_new=("location",),
    name=NAME,
    rules=(_refuse_flows, _refuse_other_region),
    outputs=_outputs,
    in_use=(
        InUse(
            (ASSOCIATION,),
            "DataCollectionRuleInUse",
            "Data collection rule {id} cannot be deleted because it has associations: {others}.",
        ),
    ),
    after_delete=retire_principal,
    extensible_enums=("dataFlows[].streams[]", "dataSources.extensions[].streams[]"),
)
