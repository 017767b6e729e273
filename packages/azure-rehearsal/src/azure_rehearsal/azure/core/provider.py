"""A fake azure-native provider in front of the simulated Azure. It follows the real provider step by step.

Owns the provider's part: names, locations, type checks, replacements, retries, known values in previews. Azure's
responses to requests are in `azure_rehearsal.azure.core.arm`. Source: `provider/pkg/provider/provider.go` of
pulumi-azure-native.
"""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.arm import ResourceManager
from azure_rehearsal.azure.core.auto_names import auto_name, is_auto_named
from azure_rehearsal.azure.core.checks import check_failures
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud
from azure_rehearsal.azure.core.default_resources import is_adopted
from azure_rehearsal.azure.core.differences import changes, refreshed_inputs
from azure_rehearsal.azure.core.provider_retries import with_retries
from azure_rehearsal.azure.core.rules import ArmType
from azure_rehearsal.azure.core.schema import (
    UnknownType,
    preview,
    project,
    resource_schema,
    schema_violations,
    without_unknown_properties,
)
from azure_rehearsal.azure.generic import functions
from azure_rehearsal.protocol.engine_log import EngineLog
from azure_rehearsal.protocol.provider import CheckFailure, Difference, FakeProvider, Refused, Resource
from azure_rehearsal.protocol.values import UNKNOWN

PROVIDER_VERSION: Final = "3.29.0"


class FakeAzureProvider(FakeProvider):
    """One provider instance. All instances share the cloud."""

    version = PROVIDER_VERSION

    def __init__(self, cloud: Cloud, client: Client | None = None) -> None:
        self._cloud = cloud
        self._location = ""
        self._log = EngineLog()
        self._warned: set[str] = set()
        self._manager = ResourceManager(cloud, client or Client(), self.warn)

    def attach(self, engine_address: str) -> None:
        self._log = EngineLog(engine_address)

    @property
    def warnings(self) -> frozenset[str]:
        """The rehearsal's own warnings so far."""
        return frozenset(self._warned)

    def warn(self, message: str) -> None:
        """Shows a warning of the rehearsal once, however many resources cause it."""
        if message not in self._warned:
            self._warned.add(message)
            self._log.warn(message)

    def configure(self, settings: dict[str, Any]) -> None:
        self._manager.client = self._manager.client.with_settings(settings)
        location = settings.get("location")
        self._location = location if isinstance(location, str) else ""

    # Check

    def check(
        self, resource: Resource, old: dict[str, Any], new: dict[str, Any], random_seed: bytes
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        type = type_registry.arm_type(resource.type)
        inputs = {key: value for key, value in new.items() if value is not None}
        if type.auto_name and type.name_parameter not in inputs:
            inputs[type.name_parameter] = old.get(type.name_parameter) or auto_name(type, resource.name, random_seed)
        if "location" in type.schema.inputs.properties and "location" not in inputs:
            location = self._default_location(old, inputs)
            if location is not None:
                inputs["location"] = location
        if type.schema.api_version:
            inputs.setdefault("azureApiVersion", type.schema.api_version)
        for path in _sendable(type, inputs)[1]:
            self.warn(
                f"the provider drops '{path}' of {resource.name} ({resource.type}): Azure's API has no such property,"
                " so this input has no effect. Correct its name, or remove it."
            )
        if not type.has_rules:
            self._warn_unknown_values(type, inputs)
        return inputs, [CheckFailure("", reason) for reason in check_failures(type, inputs)]

    def _warn_unknown_values(self, type: ArmType, inputs: dict[str, Any]) -> None:
        """Warns about enum values that the SDK does not list and Azure's published types do not exclude."""
        shape = type.schema.inputs
        for item in schema_violations(shape, project(shape, inputs)):
            if not type.refuses(item):
                where = f"{item.path} of {type.token}"
                self.warn(f"not known here: {where} is '{item.value}'. The SDK lists: {', '.join(item.allowed)}.")

    def _default_location(self, old: dict[str, Any], inputs: dict[str, Any]) -> Any:
        """The old location, else the provider's, else the resource group's, else `None`."""
        if old.get("location"):
            return old["location"]
        if self._location:
            return self._location
        group = inputs.get("resourceGroupName")
        if group is UNKNOWN:
            return UNKNOWN
        record = self._cloud.get(f"{self._manager.client.subscription}/resourceGroups/{group}") if group else None
        return record.properties["location"] if record else None

    # Diff

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        type = type_registry.arm_type(resource.type)
        before = {"azureApiVersion": old_outputs.get("azureApiVersion"), **old_inputs}
        found = changes(type, before, new, old_outputs)
        replaces = [change.path for change in found if change.replaces]
        return Difference(
            changed=[change.path for change in found],
            replaces=replaces,
            delete_before_replace=bool(replaces) and not is_auto_named(type, resource.name, old_inputs),
        )

    # Create, update, delete, read

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        type = type_registry.arm_type(resource.type)
        if preview:
            return "", _planned(type, inputs)
        id = self._manager.id_of(type, inputs)
        existing = self._cloud.get(id)
        if existing is not None and not is_adopted(existing):
            raise Refused(
                "ResourceAlreadyExists",
                f"cannot create already existing resource '{id}'",
                "rename the resource, delete the existing one, or import it",
            )
        sent = _sendable(type, inputs)[0]
        return with_retries(self._cloud, resource.urn, lambda: self._manager.put(type, sent))

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        type = type_registry.arm_type(resource.type)
        if preview:
            stable = {key: old_outputs[key] for key in ("name", "location") if key in old_outputs}
            return {**_planned(type, new), **stable}
        record = self._cloud.get(id)
        kept = {name: record.inputs[name] for name in type.maintain_if_unset if name in record.inputs} if record else {}
        sent = {**kept, **_sendable(type, new)[0]}
        return with_retries(self._cloud, resource.urn, lambda: self._manager.put(type, sent))[1]

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        type = type_registry.arm_type(resource.type)
        with_retries(self._cloud, resource.urn, lambda: self._manager.delete(type, id))

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        type = type_registry.arm_type(resource.type)
        record = self._cloud.get(id)
        if record is None or record.type != type.token:
            return None
        live = self._manager.read(record)
        shape = type.schema.inputs
        if not inputs:
            path = arm_ids.match(type.path, id) or {}
            return record.id, live, {**project(shape, live), **{name: path[name] for name in type.path_inputs}}
        shown = {name: value for name, value in live.items() if name not in type.maintain_if_unset or name in inputs}
        return record.id, live, refreshed_inputs(inputs, project(shape, outputs), project(shape, shown))

    # Invoke

    def invoke(self, token: str, arguments: dict[str, Any], preview: bool) -> dict[str, Any]:
        client = self._manager.client
        if token == "azure-native:authorization:getClientConfig":
            return {
                "clientId": client.client_id,
                "objectId": client.object_id,
                "subscriptionId": client.subscription_id,
                "tenantId": client.tenant_id,
            }
        if token not in type_registry.functions() and not _is_getter(token):
            return self._generic_answer(token, arguments)
        type_token, function = type_registry.functions().get(token) or (_type_of_getter(token), None)
        type = type_registry.arm_type(type_token)
        missing = [name for name in type.path_inputs if not arguments.get(name)]
        if missing:
            raise Refused("MissingArgument", f"{token} requires {', '.join(missing)}.", "pass the missing arguments")
        record = self._manager.find(type, self._manager.id_of(type, arguments))
        if function is not None:
            return function(self._cloud, client, record, arguments)
        return {**self._manager.read(record), "id": record.id}

    def _generic_answer(self, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        types = [type_registry.arm_type(name) for name in functions.resource_tokens(token, arguments)]
        ids = [self._manager.id_of(type, arguments) for type in types]
        record = next(filter(None, map(self._cloud.get, ids)), None)
        if record is None and types:
            record = self._manager.find(types[-1], ids[-1])
        location = str(record.properties.get("location", "")) if record else ""
        return functions.answer(token, arguments, record, location)


def _sendable(type: ArmType, inputs: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The inputs that the provider sends, and the paths that it drops because the API does not have them.

    Source: `provider/pkg/convert/sdkInputsToRequestBody.go` of pulumi-azure-native.
    """
    names = {*type.path_inputs, "azureApiVersion"}
    body, dropped = without_unknown_properties(
        type.schema.inputs, {key: value for key, value in inputs.items() if key not in names}
    )
    return {**body, **{key: value for key, value in inputs.items() if key in names}}, dropped


def _planned(type: ArmType, inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: preview(member.shape, inputs.get(name, UNKNOWN))
        for name, member in type.schema.outputs.properties.items()
    }


def _is_getter(token: str) -> bool:
    """Whether a function reads a resource: `getVirtualNetwork`, but not `getSharedKeys`."""
    if not token.split(":")[2].startswith("get"):
        return False
    try:
        resource_schema(_type_of_getter(token))
    except UnknownType:
        return False
    return True


def _type_of_getter(token: str) -> str:
    package, module, function = token.split(":")
    return f"{package}:{module}:{function.removeprefix('get')}"
