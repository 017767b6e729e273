"""Databases, parameters, Entra administrators and virtual endpoints of a server."""

from __future__ import annotations

import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.global_names import globally_unique
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request, dig
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    DOMAIN,
    ONE_OPERATION,
    SERVER_NAME,
    SERVER_PATH,
    invalid,
    is_replica,
    refuse_child_while_replicas_change,
    replicas_of,
)
from azure_rehearsal.azure.services.dbforpostgresql.parameters import OFF, PARAMETERS
from azure_rehearsal.azure.services.dbforpostgresql.replicas import guard_child, refuse_child_while_replica_goes
from azure_rehearsal.protocol.provider import Refused

DATABASE: Final = "azure-native:dbforpostgresql:Database"
CONFIGURATION: Final = "azure-native:dbforpostgresql:Configuration"
ADMINISTRATOR: Final = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
VIRTUAL_ENDPOINT: Final = "azure-native:dbforpostgresql:VirtualEndpoint"

EXISTING_DATABASES: Final = frozenset({"azure_maintenance", "azure_sys", "postgres", "template0", "template1"})

_ONE_AT_A_TIME: Final = (refuse_child_while_replicas_change, refuse_child_while_replica_goes)


def _server(request: Request) -> Record | None:
    return request.cloud.get(arm_ids.parent(request.id))


def _refuse_on_replica(request: Request) -> None:
    server = _server(request)
    if server is not None and is_replica(server):
        raise Refused(
            "ReadReplicaOperationNotAllowed",
            f"{request.type.kind} '{request.name}' cannot be written on '{arm_ids.name(server.id)}', which is a read "
            "replica.",
            "write it on the primary; the replica follows",
        )


# Databases


def _refuse_reserved_database(request: Request) -> None:
    if request.name.lower() in EXISTING_DATABASES and request.old is None:
        raise Refused(
            "DatabaseNameReserved",
            f"The database name '{request.name}' is in use by the service on "
            f"'{arm_ids.name(arm_ids.parent(request.id))}'.",
            "choose another name",
        )


# Parameters


def _refuse_parameter(request: Request) -> None:
    known, value = PARAMETERS.get(request.name), request.get("value")
    if value is None:
        raise invalid(request.name, f"Parameter {request.id} has no value.", "set value and source user-override")
    if known is None or known.accepts(str(value)) or (str(value) == OFF == known.default):
        return
    raise invalid(request.name, f"It is '{value}', allowed values are: {known.allowed}.", "use one of these values")


def _parameter_outputs(request: Request, record: Record) -> dict[str, Any]:
    known = PARAMETERS.get(request.name)
    outputs: dict[str, Any] = {"source": request.get("source", "user-override"), "isReadOnly": False}
    if known is not None:
        outputs |= {
            "dataType": known.data_type,
            "allowedValues": known.allowed,
            "defaultValue": known.default,
            "isDynamicConfig": known.dynamic,
            "isConfigPendingRestart": not known.dynamic and str(request.get("value")) != known.default,
        }
    return outputs


# Administrators


def _refuse_administrator(request: Request) -> None:
    try:
        uuid.UUID(request.name)
    except ValueError:
        raise invalid(
            "objectId", f"The administrator '{request.name}' is no object id.", "use the GUID of a principal in Entra"
        ) from None
    server = _server(request)
    if server is not None and str(dig(server.properties, "authConfig.activeDirectoryAuth")).lower() != "enabled":
        raise Refused(
            "AadAuthenticationNotEnabled",
            f"Microsoft Entra authentication is not enabled on server '{arm_ids.name(server.id)}'; it can have no "
            f"administrator {request.name}.",
            "set authConfig.activeDirectoryAuth of the server to Enabled",
        )
    if not request.get("principalName") or not request.get("principalType"):
        raise invalid(
            "principalName", f"Administrator {request.name} needs principalName and principalType.", "set both"
        )


# Virtual endpoints


def _refuse_endpoint(request: Request) -> None:
    server = _server(request)
    if server is None:
        return
    siblings = request.cloud.children(server.id, VIRTUAL_ENDPOINT)
    if any(not arm_ids.same(item.id, request.id) for item in siblings):
        raise Refused(
            "VirtualEndpointLimitReached",
            f"Server '{arm_ids.name(server.id)}' has the virtual endpoint {siblings[0].id} already; one is supported.",
            "use the one that exists",
        )
    family = {arm_ids.name(item.id).lower() for item in [server, *replicas_of(request.cloud, server.id)]}
    strangers = [name for name in request.get("members", []) if str(name).lower() not in family]
    if strangers:
        raise invalid(
            "members",
            f"{', '.join(strangers)} of virtual endpoint '{request.name}' is neither '{arm_ids.name(server.id)}' nor a "
            "read replica of it.",
            "name the primary or one of its replicas, and let the endpoint depend on it",
        )


def _endpoint_outputs(request: Request, record: Record) -> dict[str, Any]:
    name = request.name.lower()
    return {"virtualEndpoints": [f"{name}.{role}.{DOMAIN}" for role in ("writer", "reader")]}


TYPES: Final = (
    ArmType(
        token=DATABASE,
        path=f"{SERVER_PATH}/databases/{{databaseName}}",
        limits={
            "serverName": SERVER_NAME,
            "databaseName": Limit(shortest=1, longest=63, pattern=r"^[a-zA-Z_][\w\-]{0,62}$"),
            "charset": Limit(pattern=r"^[a-zA-Z]+\w*$"),
            "collation": Limit(pattern=r"^[a-zA-Z\-]+([. ]|\w)*$"),
        },
        defaults={"charset": "UTF8", "collation": "en_US.utf8"},
        immutable=(
            Immutable("charset", code="DatabaseUpdateNotAllowed"),
            Immutable("collation", code="DatabaseUpdateNotAllowed"),
        ),
        rules=(*_ONE_AT_A_TIME, _refuse_on_replica, _refuse_reserved_database),
        serialised=ONE_OPERATION,
        guards=(guard_child,),
    ),
    ArmType(
        token=CONFIGURATION,
        path=f"{SERVER_PATH}/configurations/{{configurationName}}",
        limits={
            "serverName": SERVER_NAME,
            "configurationName": Limit(shortest=1, longest=256, pattern=r"^[-\w\._]+$"),
        },
        rules=(*_ONE_AT_A_TIME, _refuse_parameter),
        outputs=_parameter_outputs,
        serialised=ONE_OPERATION,
        guards=(guard_child,),
    ),
    ArmType(
        token=ADMINISTRATOR,
        path=f"{SERVER_PATH}/administrators/{{objectId}}",
        auto_name=None,
        limits={"serverName": SERVER_NAME},
        rules=(*_ONE_AT_A_TIME, _refuse_on_replica, _refuse_administrator),
        serialised=ONE_OPERATION,
        guards=(guard_child,),
    ),
    ArmType(
        token=VIRTUAL_ENDPOINT,
        path=f"{SERVER_PATH}/virtualendpoints/{{virtualEndpointName}}",
        limits={
            "serverName": SERVER_NAME,
            "virtualEndpointName": Limit(shortest=3, longest=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}(?<!-)$"),
        },
        unique=(
            globally_unique(
                "virtualEndpointName",
                "VirtualEndpointNameAlreadyExists",
                "The virtual endpoint name '{name}' is already used by {other}.",
            ),
        ),
        defaults={"endpointType": "ReadWrite"},
        rules=(*_ONE_AT_A_TIME, _refuse_endpoint),
        outputs=_endpoint_outputs,
        serialised=ONE_OPERATION,
        guards=(guard_child,),
    ),
)
