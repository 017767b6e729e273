"""Resource providers and their registration.

Examples: specification/resources/resource-manager/Microsoft.Resources/stable/2022-12-01/examples/{GetProvider,
GetProviders}.json and stable/2021-04-01/examples/RegisterProviders.json. As on Azure, the response to a registration
has the state `Registering`; later requests get `Registered`.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import type_registry
from azure_rehearsal.azure.core.subscription import canonical_namespace
from azure_rehearsal.azure.data.regions import REGIONS
from azure_rehearsal.azure.data.resource_providers import NAMESPACES, REGISTERED_BY_DEFAULT
from azure_rehearsal.azure.rest.request import ArmError, ArmRequest, Route, page


def _providers(request: ArmRequest) -> dict[str, Any]:
    return page([_body(request, NAMESPACES[key]) for key in sorted(NAMESPACES)])


def _provider(request: ArmRequest) -> dict[str, Any]:
    return _body(request, _namespace(request))


def _register(request: ArmRequest) -> dict[str, Any]:
    namespace = _namespace(request)
    was_registered = request.cloud.subscription.is_registered(namespace)
    request.cloud.subscription.register(namespace)
    request.cloud.subscription.save()
    body = _body(request, namespace)
    return body if was_registered else {**body, "registrationState": "Registering"}


def _namespace(request: ArmRequest) -> str:
    namespace = request.path["namespace"]
    if namespace.lower() not in NAMESPACES:
        raise ArmError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    return canonical_namespace(namespace)


def _body(request: ArmRequest, namespace: str) -> dict[str, Any]:
    registered = request.cloud.subscription.is_registered(namespace)
    free = namespace in REGISTERED_BY_DEFAULT
    prefix = f"{namespace.lower()}/"
    types = {type.kind: type for type in type_registry.types().values() if type.kind.lower().startswith(prefix)}
    return {
        "id": f"{request.subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationFree" if free else "RegistrationRequired",
        "resourceTypes": [
            {
                "resourceType": type.kind.split("/", 1)[1],
                "locations": list(type.locations or sorted(REGIONS)),
                "apiVersions": [type.schema.api_version],
            }
            for _, type in sorted(types.items())
        ],
        "registrationState": "Registered" if registered else "NotRegistered",
    }


_ALL: Final = "/subscriptions/{subscription}/providers"

ROUTES: Final = (
    Route("GET", _ALL, _providers),
    Route("GET", f"{_ALL}/{{namespace}}", _provider),
    Route("POST", f"{_ALL}/{{namespace}}/register", _register),
)
