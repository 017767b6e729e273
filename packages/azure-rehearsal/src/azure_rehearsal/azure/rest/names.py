"""Availability of global names. The simulated Azure knows only the names in its own cloud.

Examples: specification/postgresql/resource-manager/Microsoft.DBforPostgreSQL/stable/2024-08-01/examples/
CheckNameAvailability.json; Key Vault, Storage and Container Registry answer in the same form. Deleted vaults keep their
names.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.rest.request import ArmRequest, Route
from azure_rehearsal.azure.services.keyvault.soft_deleted import find_deleted_vault


def _check(request: ArmRequest) -> dict[str, Any]:
    namespace = request.path["namespace"]
    request.require_registered(namespace)
    name, kind = str(request.body.get("name", "")), str(request.body.get("type", ""))
    tokens = [type.token for type in type_registry.types().values() if type.kind.lower() == kind.lower()]
    taken = any(
        arm_ids.name(record.id).lower() == name.lower() for token in tokens for record in request.cloud.of_type(token)
    )
    if namespace.lower() == "microsoft.keyvault":
        taken = taken or find_deleted_vault(request.cloud, name) is not None
    if not taken:
        return {"nameAvailable": True, "name": name, "type": kind}
    message = f"The name '{name}' is already in use."
    return {"nameAvailable": False, "reason": "AlreadyExists", "message": message, "name": name, "type": kind}


ROUTES: Final = (Route("POST", "/subscriptions/{subscription}/providers/{namespace}/checkNameAvailability", _check),)
