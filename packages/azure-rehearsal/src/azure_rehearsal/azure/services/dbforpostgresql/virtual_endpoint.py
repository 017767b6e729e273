"""Virtual endpoints: the writer and reader host names of a primary and its replicas."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.dbforpostgresql.children import ONE_CHANGE_AT_A_TIME, server_of
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    DOMAIN,
    ONE_OPERATION_PER_SERVER,
    SERVER_NAME,
    SERVER_PATH,
    invalid,
    replicas_of,
)
from azure_rehearsal.azure.services.dbforpostgresql.replicas import refuse_child_delete_while_replicas_change
from azure_rehearsal.protocol.provider import Refused

VIRTUAL_ENDPOINT: Final = "azure-native:dbforpostgresql:VirtualEndpoint"


def _refuse_endpoint(request: Request) -> None:
    server = server_of(request)
    if server is None:
        return
    siblings = request.cloud.children(server.id, VIRTUAL_ENDPOINT)
    if any(not arm_ids.same(item.id, request.id) for item in siblings):
        raise Refused(
            "VirtualEndpointLimitReached",
            f"Server '{arm_ids.name(server.id)}' already has the virtual endpoint {siblings[0].id}; the limit is one.",
            "use the existing endpoint",
        )
    family = {arm_ids.name(item.id).lower() for item in [server, *replicas_of(request.cloud, server.id)]}
    other_servers = [name for name in request.get("members", []) if str(name).lower() not in family]
    if other_servers:
        raise invalid(
            "members",
            f"{', '.join(other_servers)} of virtual endpoint '{request.name}' is neither '{arm_ids.name(server.id)}' "
            "nor one of its read replicas.",
            "use the primary or one of its replicas, and add it to depends_on of the endpoint",
        )


def _endpoint_outputs(request: Request, record: Record) -> dict[str, Any]:
    name = request.name.lower()
    return {"virtualEndpoints": [f"{name}.{role}.{DOMAIN}" for role in ("writer", "reader")]}


TYPE: Final = ArmType(
    token=VIRTUAL_ENDPOINT,
    path=f"{SERVER_PATH}/virtualendpoints/{{virtualEndpointName}}",
    limits={
        "serverName": SERVER_NAME,
        "virtualEndpointName": Limit(min_length=3, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}(?<!-)$"),
    },
    unique=(
        globally_unique(
            "virtualEndpointName",
            "VirtualEndpointNameAlreadyExists",
            "The virtual endpoint name '{name}' is already used by {other}.",
        ),
    ),
    defaults={"endpointType": "ReadWrite"},
    rules=(*ONE_CHANGE_AT_A_TIME, _refuse_endpoint),
    outputs=_endpoint_outputs,
    exclusive_writes=ONE_OPERATION_PER_SERVER,
    delete_rules=(refuse_child_delete_while_replicas_change,),
)
