"""The simulated Azure Resource Manager: PUT, GET and DELETE on the records of a cloud.

Owns ARM's behavior for every type: scopes, parents, names, locations, references, locks, exclusive writes, and the
refusal to delete resources in use. Behavior of a single type is in its `ArmType`. Does not know Pulumi.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.account_access import refuse_during_endpoint_write
from azure_rehearsal.azure.core.client import Client
from azure_rehearsal.azure.core.cloud import Cloud, Record
from azure_rehearsal.azure.core.references import refuse_references, refuse_scope
from azure_rehearsal.azure.core.refusals import (
    not_found,
    refuse_changes,
    refuse_location,
    refuse_name,
    refuse_schema_violations,
)
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Inline, Request, set_default
from azure_rehearsal.azure.core.schema import project
from azure_rehearsal.azure.core.subscription_rules import (
    limited_usage,
    refuse_by_policy,
    refuse_exceeded_quota,
    refuse_unregistered,
)
from azure_rehearsal.azure.core.tags import refuse_tags
from azure_rehearsal.azure.services.authorization.management_lock_by_scope import LOCK
from azure_rehearsal.azure.services.resources.resource_group import RESOURCE_GROUP
from azure_rehearsal.protocol.provider import CreatedButFailed, Refused


class ResourceManager:
    """ARM as one client uses it."""

    def __init__(self, cloud: Cloud, client: Client, warn: Callable[[str], None] = lambda _: None) -> None:
        self.cloud = cloud
        self.client = client
        self._warn = warn

    def id_of(self, type: ArmType, inputs: dict[str, Any]) -> str:
        """The resource id for these path parameters."""
        return arm_ids.fill(type.path, {**inputs, "subscriptionId": self.client.subscription_id})

    def read(self, record: Record) -> dict[str, Any]:
        """The outputs of a GET: the stored properties, and those that depend on other resources."""
        type = type_registry.arm_type(record.type)
        outputs = copy.deepcopy(record.properties)
        for inline in type.inline:
            children = self.cloud.children(record.id, inline.token)
            if children or inline.property in outputs:
                shape = type.schema.outputs.properties[inline.property].shape
                outputs[inline.property] = project(
                    shape, [{**self.read(child), "id": child.id, "name": arm_ids.name(child.id)} for child in children]
                )
        if type.live_outputs:
            outputs.update(type.live_outputs(self.cloud, record))
        return outputs

    def put(self, type: ArmType, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Creates or replaces a resource and returns its id and outputs.

        Raises `Refused` if nothing changed, `CreatedButFailed` if the resource exists but failed to provision.
        """
        id = self.id_of(type, inputs)
        request = self._request(type, id, inputs)
        with self.cloud.operation(id, self._exclusive_ids(type, id), type.duration):
            self._refuse_while_busy(type, id)
            refuse_during_endpoint_write(self.cloud, id)
            self._refuse_locked(id, "write", ("ReadOnly",))
            request.old = self.cloud.get(id)
            used = limited_usage(request)
            try:
                record = self._apply(request)
            finally:
                for warning in request.warnings:
                    self._warn(warning)
            refuse_exceeded_quota(request, used)
        outputs = self.read(record)
        if request.failure:
            raise CreatedButFailed(request.failure, record.id, outputs)
        return record.id, outputs

    def delete(self, type: ArmType, id: str) -> None:
        """Deletes a resource and its descendants, if it exists."""
        if self.cloud.get(id) is None:
            return
        with self.cloud.operation(id, self._exclusive_ids(type, id), type.duration):
            record = self.cloud.get(id)
            if record is None:
                return
            self._refuse_while_busy(type, id)
            refuse_during_endpoint_write(self.cloud, id)
            self._refuse_locked(id, "delete", ("CanNotDelete", "ReadOnly"))
            self._refuse_in_use(type, record)
            deletion = Deletion(self.cloud, type, record, self.client)
            for guard in type.delete_rules:
                guard(deletion)
            for warning in deletion.warnings:
                self._warn(warning)
            self._drop(record)

    def find(self, type: ArmType, id: str) -> Record:
        """The record with this id. Raises `Refused` with ARM's 404 if it does not exist."""
        record = self.cloud.get(id)
        if record is not None and record.type == type.token:
            return record
        group = arm_ids.resource_group_id(id)
        if group and self.cloud.get(group) is None:
            raise Refused("ResourceGroupNotFound", f"Resource group '{arm_ids.name(group)}' could not be found.")
        raise not_found(id)

    # Writes

    def _request(self, type: ArmType, id: str, inputs: dict[str, Any]) -> Request:
        sent = {key: value for key, value in inputs.items() if value is not None}
        complete = copy.deepcopy(sent)
        for path, value in type.defaults.items():
            set_default(complete, path, copy.deepcopy(value))
        return Request(self.cloud, self.client, type, id, arm_ids.match(type.path, id) or {}, sent, complete)

    def _apply(self, request: Request) -> Record:
        """Checks and performs a write, including inline children."""
        type = request.type
        refuse_unregistered(request)
        refuse_scope(request)
        refuse_name(request)
        refuse_schema_violations(request)
        refuse_location(request)
        refuse_by_policy(request)
        refuse_tags(request)
        refuse_references(request)
        self._refuse_taken(request)
        refuse_changes(request)
        for rule in type.rules:
            rule(request)
        record = self._build_record(request)
        self.cloud.put(record)
        for inline in type.inline:
            self._apply_inline(request, inline)
        if type.after_write:
            type.after_write(request, record)
        if request.failure and "provisioningState" in type.schema.outputs.properties:
            record.properties["provisioningState"] = "Failed"
            self.cloud.put(record)
        return record

    def _build_record(self, request: Request) -> Record:
        """The record after a write: the inputs that the response repeats, and the properties that ARM adds."""
        type, old = request.type, request.old
        id = old.id if old else request.id
        record = Record(
            id=id,
            type=type.token,
            properties={},
            inputs=request.sent,
            creation=old.creation if old else self.cloud.next_creation(id),
            run=old.run if old else self.cloud.run,
        )
        inline = {item.property for item in type.inline}
        body = {key: value for key, value in request.inputs.items() if key not in inline}
        version = uuid.uuid5(uuid.UUID(record.creation_id), json.dumps(body, sort_keys=True))
        added = {
            "name": request.name,
            "type": request.kind,
            "azureApiVersion": type.schema.api_version,
            "provisioningState": "Succeeded",
            "etag": f'W/"{version}"',
            "eTag": str(version),
            "resourceGuid": record.stable_uuid("resource"),
        }
        if "location" in body:
            added["location"] = request.location
        if "scope" in request.path:
            added["scope"] = "/" + request.path["scope"].strip("/")
        record.properties = project(type.schema.outputs, {**body, **added})
        if type.outputs:
            record.properties.update(type.outputs(request, record))
        return record

    def _apply_inline(self, request: Request, inline: Inline) -> None:
        items = request.inputs.get(inline.property)
        if items is None:
            return
        child_type = type_registry.arm_type(inline.token)
        known = child_type.schema.inputs.properties
        written: set[str] = set()
        for item in items:
            body = {key: value for key, value in item.items() if key in known}
            path = {name: request.path[name] for name in request.type.path_inputs}
            parameters = inline.parameters(item) if inline.parameters else {}
            inputs = {**path, **body, **parameters, inline.name_parameter: item.get("name", "")}
            id = self.id_of(child_type, inputs)
            child = self._request(child_type, id, inputs)
            child.old, child.warnings = self.cloud.get(id), request.warnings
            self._apply(child)
            request.failure = request.failure or child.failure
            written.add(arm_ids.key(id))
        if inline.keeps_omitted:
            return
        for record in self.cloud.children(request.id, inline.token):
            if arm_ids.key(record.id) not in written:
                self._refuse_in_use(child_type, record)
                self._drop(record)

    # Refusals of a write

    def _refuse_taken(self, request: Request) -> None:
        for unique in request.type.unique:
            claimed = unique.key(request.inputs)
            if claimed is None:
                continue
            for record in self.cloud.of_type(request.type.token):
                if not arm_ids.same(record.id, request.id) and unique.key(record.inputs) == claimed:
                    raise Refused(
                        unique.code, unique.message.format(name=claimed, other=record.id), "choose another name"
                    )

    def _refuse_while_busy(self, type: ArmType, id: str) -> None:
        exclusive_writes = type.exclusive_writes
        for held in self._exclusive_ids(type, id):
            other = self.cloud.active_write(held)
            if other is None:
                continue
            code = exclusive_writes.code if exclusive_writes else "AnotherOperationInProgress"
            words = (
                exclusive_writes.message
                if exclusive_writes
                else "Another operation on this or dependent resource is in progress."
            )
            raise Refused(
                code,
                words.format(ancestor=held, other=other, other_name=arm_ids.name(other)),
                f"ARM runs these writes one at a time: add {other} to depends_on of {id}",
            )

    def _exclusive_ids(self, type: ArmType, id: str) -> tuple[str, ...]:
        if type.exclusive_writes is None:
            return (id,)
        found = arm_ids.match(type.path, id) or {}
        return tuple(dict.fromkeys((id, arm_ids.fill(type.exclusive_writes.ancestor, found))))

    def _refuse_locked(self, id: str, operation: str, levels: tuple[str, ...]) -> None:
        target = self.cloud.get(id)
        if target is not None and target.type == LOCK:
            return
        for lock in self.cloud.of_type(LOCK):
            scope = "/" + (arm_ids.match(type_registry.arm_type(LOCK).path, lock.id) or {})["scope"].strip("/")
            applies = arm_ids.is_inside(id, scope) or (operation == "delete" and arm_ids.is_inside(scope, id))
            if applies and lock.properties.get("level") in levels:
                raise Refused(
                    "ScopeLocked",
                    f"The scope '{id}' cannot perform {operation} operation because following scope(s) are locked: "
                    f"'{scope}'. Please remove the lock and try again.",
                    f"remove the lock {lock.id} first",
                )

    # Deletes

    def _refuse_in_use(self, type: ArmType, record: Record) -> None:
        inside = self.cloud.inside(record.id)
        nested = [item for item in inside if arm_ids.same(arm_ids.parent(item.id), record.id)]
        if nested and type.must_be_empty:
            raise Refused(
                "CannotDeleteResource",
                "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
                f"'{arm_ids.path_with_names(nested[0].id)}'. Please delete all nested resources before deleting this "
                "resource.",
                f"delete {nested[0].id} first",
            )
        for target, users, in_use in self._blocking_uses([record, *inside], record):
            words = in_use.message.format(id=target.id, name=arm_ids.name(target.id), others=", ".join(users))
            if type.token == RESOURCE_GROUP.token:
                raise Refused(
                    "ResourceGroupDeletionBlocked",
                    f"Deletion of resource group '{arm_ids.name(record.id)}' failed as resources with identifiers "
                    f"'{arm_ids.path_with_names(target.id)}' could not be deleted. {words}",
                    f"delete {users[0]} first",
                )
            raise Refused(in_use.code, words, f"delete {users[0]} first, or remove its reference")

    def _blocking_uses(self, targets: list[Record], root: Record) -> Iterator[tuple[Record, list[str], Any]]:
        """The targets that resources outside `root` use so that ARM refuses to delete them."""
        for target in targets:
            for in_use in type_registry.type_of(target).in_use:
                users = sorted(
                    user.id
                    for user in self.cloud.referrers(target.id)
                    if user.type in in_use.user_types and not arm_ids.is_inside(user.id, root.id)
                )
                if users:
                    yield target, users, in_use

    def _drop(self, record: Record) -> None:
        for target in [*self.cloud.inside(record.id), record]:
            if self.cloud.drop(target.id) is None:
                continue
            if target is not record:
                self.cloud.cascade_deleted.append(target.id)
            type = type_registry.type_of(target)
            if type.after_delete:
                type.after_delete(Deletion(self.cloud, type, target, self.client))
