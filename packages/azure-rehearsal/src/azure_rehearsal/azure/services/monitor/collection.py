"""Data collection endpoints, and what is associated with a resource."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.identities import identity_outputs, principal_gone
from azure_rehearsal.azure.core.rules import ArmType, InUse, NameRule, Request
from azure_rehearsal.azure.services.monitor.common import (
    ASSOCIATION,
    ENDPOINT,
    ENDPOINT_PATH,
    RULE,
    host_name,
    immutable_id,
)
from azure_rehearsal.protocol.provider import Refused

ENDPOINT_ASSOCIATION: Final = "configurationAccessEndpoint"
"""The name that an association with an endpoint must have."""

NAME: Final = NameRule(
    r"[a-zA-Z0-9]([\w.-]*\w)?",
    3,
    64,
    "The name has 3 to 64 letters, digits, '-', '_' and '.', and begins and ends with a letter or digit.",
)


def _endpoint_outputs(request: Request, record: Record) -> dict[str, Any]:
    host, region = host_name(record, request.name), request.location
    return {
        "immutableId": immutable_id(record, "dce"),
        "configurationAccess": {"endpoint": f"https://{host}.{region}-1.handler.control.monitor.azure.com"},
        "logsIngestion": {"endpoint": f"https://{host}.{region}-1.ingest.monitor.azure.com"},
        "metricsIngestion": {"endpoint": f"https://{host}.{region}-1.metrics.ingest.monitor.azure.com"},
        **identity_outputs(request, record),
    }


def _refuse_association(request: Request) -> None:
    rule, endpoint = request.get("dataCollectionRuleId"), request.get("dataCollectionEndpointId")
    if bool(rule) == bool(endpoint):
        raise Refused(
            "InvalidPayload",
            f"Data collection rule association {request.id} must have exactly one of dataCollectionRuleId and "
            f"dataCollectionEndpointId; it has {'both' if rule else 'neither'}.",
            "make one association for the rule and one for the endpoint",
        )
    if bool(endpoint) != (request.name == ENDPOINT_ASSOCIATION):
        raise Refused(
            "InvalidPayload",
            f"The name '{request.name}' of data collection rule association {request.id} is invalid: an association "
            f"with an endpoint is called '{ENDPOINT_ASSOCIATION}', and no other is.",
            f"name it '{ENDPOINT_ASSOCIATION}'" if endpoint else "choose another name",
        )
    wanted = ENDPOINT if endpoint else RULE
    found = request.found("dataCollectionEndpointId" if endpoint else "dataCollectionRuleId")
    if found is None or found.type != wanted:
        raise Refused(
            "InvalidPayload",
            f"Data collection rule association {request.id} names {rule or endpoint}, which is no "
            f"{wanted.rsplit(':', 1)[-1]}.",
            "take the id from the rule's or endpoint's output",
        )


TYPES: Final = (
    ArmType(
        token=ENDPOINT,
        path=ENDPOINT_PATH,
        location_required=True,
        force_new=("location",),
        name=NAME,
        defaults={"networkAcls": {"publicNetworkAccess": "Enabled"}},
        outputs=_endpoint_outputs,
        in_use=(
            InUse(
                (RULE, ASSOCIATION),
                "DataCollectionEndpointInUse",
                "Data collection endpoint {id} cannot be deleted because it is used by {others}.",
            ),
        ),
        gone=principal_gone,
    ),
    ArmType(
        token=ASSOCIATION,
        path="/{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}",
        rules=(_refuse_association,),
    ),
)
