"""Server parameters. `parameters.py` lists the ones whose values are checked."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.dbforpostgresql.children import CONFIGURATION, ONE_CHANGE_AT_A_TIME
from azure_rehearsal.azure.services.dbforpostgresql.common import (
    ONE_OPERATION_PER_SERVER,
    SERVER_NAME,
    SERVER_PATH,
    invalid,
)
from azure_rehearsal.azure.services.dbforpostgresql.parameters import OFF, PARAMETERS
from azure_rehearsal.azure.services.dbforpostgresql.replicas import refuse_child_delete_while_replicas_change


def _refuse_parameter(request: Request) -> None:
    known, value = PARAMETERS.get(request.name), request.get("value")
    if value is None:
        raise invalid(request.name, f"Parameter {request.id} has no value.", "set value and source user-override")
    if known is None or known.accepts(str(value)) or (str(value) == OFF == known.default):
        return
    raise invalid(request.name, f"It is '{value}', allowed values are: {known.allowed}.", "use an allowed value")


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


TYPE: Final = ArmType(
    token=CONFIGURATION,
    path=f"{SERVER_PATH}/configurations/{{configurationName}}",
    limits={
        "serverName": SERVER_NAME,
        "configurationName": Limit(min_length=1, max_length=256, pattern=r"^[-\w\._]+$"),
    },
    rules=(*ONE_CHANGE_AT_A_TIME, _refuse_parameter),
    outputs=_parameter_outputs,
    exclusive_writes=ONE_OPERATION_PER_SERVER,
    delete_rules=(refuse_child_delete_while_replicas_change,),
)
