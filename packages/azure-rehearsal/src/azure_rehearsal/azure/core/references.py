"""Refusals of a write whose scope, parent or references do not exist."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from azure_rehearsal.azure.core.refusals import not_found
from azure_rehearsal.azure.core.rules import Request
from azure_rehearsal.azure.generic import arm_types
from azure_rehearsal.protocol.provider import Refused

UNMODELED_REFERENCES: Final = ("Microsoft.Authorization/", "Microsoft.Management/", "Microsoft.Features/")
"""Namespaces whose ids can be referenced although the cloud does not contain them, such as built-in definitions."""


def refuse_scope(request: Request) -> None:
    """Raises `Refused` if the scope, the resource group or the parent of a write does not exist."""
    id = request.id
    scope = request.path.get("scope") or request.path.get("resourceUri")
    if scope is not None:
        _refuse_missing_scope(request, "/" + scope.strip("/"))
        return
    group = arm_ids.resource_group_id(id)
    if group and not arm_ids.same(group, id) and request.cloud.get(group) is None:
        raise Refused(
            "ResourceGroupNotFound",
            f"Resource group '{arm_ids.name(group)}' could not be found.",
            "create the resource group first, and use its name output as resourceGroupName",
        )
    parent = arm_ids.parent(id)
    if parent and request.cloud.get(parent) is None:
        raise Refused(
            "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type '{request.kind.split('/', 1)[1]}', because "
            f"the parent resource '{parent}' could not be found.",
            "create the parent first, and use its name output in this resource",
        )


def _refuse_missing_scope(request: Request, scope: str) -> None:
    if arm_ids.same(scope, request.client.subscription) or not _is_missing(request, scope):
        return
    raise not_found(scope)


def refuse_references(request: Request) -> None:
    """Raises `Refused` if the body of a write refers to a resource that does not exist."""
    body = {key: value for key, value in request.inputs.items() if key not in request.type.path_inputs}
    for reference in arm_ids.references(body):
        if arm_ids.is_inside(reference, request.id) or not _is_missing(request, reference):
            continue
        if _is_elsewhere(request, reference):
            request.warnings.append(f"not checked here: {reference} is in a subscription that is not simulated.")
            continue
        if request.kind.startswith("Microsoft.Network/"):
            raise Refused(
                "InvalidResourceReference",
                f"Resource {reference} referenced by resource {request.id} was not found. Please make sure that "
                "the referenced resource exists, and that both resources are in the same region.",
                "create the referenced resource first, and use its id output",
            )
        raise not_found(reference, f"{request.kind.split('/')[-1]} '{request.name}' refers to it")


def _is_elsewhere(request: Request, id: str) -> bool:
    """Whether an id belongs to another subscription, of which the cloud has no resource."""
    subscription = "/".join(id.split("/")[:3])
    return not arm_ids.same(subscription, request.client.subscription) and not any(
        arm_ids.is_inside(record.id, subscription) for record in request.cloud
    )


def _is_missing(request: Request, id: str) -> bool:
    kind = arm_ids.kind(id)
    if kind == "Microsoft.Resources/subscriptions" or kind.startswith(UNMODELED_REFERENCES):
        return False
    if request.cloud.get(id) is not None:
        return False
    if kind in type_registry.kinds():
        return True
    # A part of an existing resource (a frontend of a load balancer) and kinds outside the SDK are not records.
    parent = arm_ids.parent(id)
    return _is_missing(request, parent) if parent else kind.lower() in arm_types.kinds()
