"""Associations of a resource with a data collection rule or endpoint."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import ArmType, Request
from azure_rehearsal.azure.services.monitor.common import ASSOCIATION, ENDPOINT, RULE
from azure_rehearsal.protocol.provider import Refused

ENDPOINT_ASSOCIATION: Final = "configurationAccessEndpoint"
"""The required name of an association with an endpoint."""


def _refuse_association(request: Request) -> None:
    rule, endpoint = request.get("dataCollectionRuleId"), request.get("dataCollectionEndpointId")
    if bool(rule) == bool(endpoint):
        raise Refused(
            "InvalidPayload",
            f"Data collection rule association {request.id} must have exactly one of dataCollectionRuleId and "
            f"dataCollectionEndpointId; it has {'both' if rule else 'neither'}.",
            "create one association for the rule and one for the endpoint",
        )
    if bool(endpoint) != (request.name == ENDPOINT_ASSOCIATION):
        raise Refused(
            "InvalidPayload",
            f"The name '{request.name}' of data collection rule association {request.id} is invalid. Only an "
            f"association with an endpoint has the name '{ENDPOINT_ASSOCIATION}', and it must have it.",
            f"name it '{ENDPOINT_ASSOCIATION}'" if endpoint else "choose another name",
        )
    wanted = ENDPOINT if endpoint else RULE
    found = request.referenced("dataCollectionEndpointId" if endpoint else "dataCollectionRuleId")
    if found is None or found.type != wanted:
        raise Refused(
            "InvalidPayload",
            f"Data collection rule association {request.id} refers to {rule or endpoint}, which is not a "
            f"{wanted.rsplit(':', 1)[-1]}.",
            "use the id output of the rule or endpoint",
        )


TYPE: Final = ArmType(
    token=ASSOCIATION,
    path="/{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}",
    rules=(_refuse_association,),
)
