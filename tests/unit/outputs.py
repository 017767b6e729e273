"""The outputs that a provider adds to the inputs of a resource, as far as unit tests need them.

Owns the few outputs that programs legitimately read from a resource. The simulated Azure owns the format of ids
(`azure_rehearsal.azure.core.type_registry`). Other outputs are unknown in a build, and `tests.unit.harness` refuses a
program that uses them in an input or an export: most outputs of Azure become unknown whenever their resource is
updated, so a program that depends on them plans false changes.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids, type_registry
from tests.unit.graph import Registered

SUBSCRIPTION_ID: Final = "00000000-0000-4000-8000-000000000001"
TENANT_ID: Final = "00000000-0000-4000-8000-000000000002"


def provider_outputs(resource: Registered, subscription_id: str) -> dict[str, Any]:
    """The outputs beyond the inputs, including `id`; empty for unknown types."""
    package, _, member = resource.type.partition(":")
    match package:
        case "azure-native":
            return _azure_outputs(resource, subscription_id)
        case "kubernetes":
            return _kubernetes_outputs(resource)
        case "random":
            return _random_outputs(member, resource)
        case "pulumi":
            return {"id": guid(resource.urn)}
    return {}


def guid(seed: str) -> str:
    """A deterministic GUID for a seed."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, seed))


def _azure_outputs(resource: Registered, subscription_id: str) -> dict[str, Any]:
    """Empty without an explicit name: automatic names, and therefore ids, are unknown until the resource exists."""
    arm_type = type_registry.types().get(resource.type)
    if arm_type is None:
        return {}
    try:
        id = arm_ids.fill(arm_type.path, {"subscriptionId": subscription_id, **resource.inputs})
    except KeyError:
        return {}
    outputs: dict[str, Any] = {"id": id, "name": arm_ids.name(id)}
    match resource.type:
        case "azure-native:managedidentity:UserAssignedIdentity":
            outputs |= {"principalId": guid(f"principal of {id}"), "clientId": guid(f"client of {id}")}
            outputs |= {"tenantId": TENANT_ID}
        case "azure-native:network:PublicIPAddress":
            outputs["ipAddress"] = f"203.0.113.{_number(id, 256)}"
        case "azure-native:network:PublicIPPrefix":
            length = resource.inputs["prefixLength"]
            block = 2 ** (32 - length)
            outputs["ipPrefix"] = f"198.51.100.{_number(id, max(1, 256 // block)) * block}/{length}"
    return outputs


def _kubernetes_outputs(resource: Registered) -> dict[str, Any]:
    metadata = resource.inputs.get("metadata") or {}
    name = metadata.get("name") or resource.inputs.get("name") or f"{resource.name}-{_digest(resource.urn)[:8]}"
    namespace = metadata.get("namespace") or resource.inputs.get("namespace")
    outputs: dict[str, Any] = {"id": f"{namespace}/{name}" if namespace else name}
    if "metadata" in resource.inputs:
        outputs["metadata"] = {**metadata, "name": name}
    return outputs


def _random_outputs(member: str, resource: Registered) -> dict[str, Any]:
    digest = _digest(resource.urn)
    match member.rsplit(":", 1)[-1]:
        case "RandomPassword" | "RandomString":
            length = int(resource.inputs["length"])
            return {"id": "none", "result": (digest * (length // len(digest) + 1))[:length]}
        case "RandomUuid":
            return {"id": guid(resource.urn), "result": guid(resource.urn)}
        case "RandomId":
            hexadecimal = digest[: int(resource.inputs["byteLength"]) * 2]
            return {"id": hexadecimal, "hex": hexadecimal, "dec": str(int(hexadecimal, 16))}
    return {}


def _digest(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def _number(seed: str, below: int) -> int:
    return int(_digest(seed), 16) % below
