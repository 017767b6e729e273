"""Every name in the configuration of a stack is the name of a resource that the stack, or its environment, has.

Two sides of a name drift apart when each writes it by itself: LiveKit egress once wrote to a container that no storage
account had.
"""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import pytest

from tests.charts.declared_names import DeclaredNames
from tests.charts.referenced_names import Reference, references
from tests.charts.stack_contents import StackContents, environment_of
from tests.unit.graph import Graph
from tools.inventory.declared import stack_files

KINDS = frozenset(
    {
        "address",
        "blob container",
        "client id",
        "ConfigMap",
        "database",
        "database administrator",
        "DNS record",
        "DNS zone name",
        "host",
        "id",
        "Namespace",
        "node label",
        "PriorityClass",
        "private DNS zone",
        "private host",
        "public address",
        "role",
        "Secret",
        "secret of the vault",
        "SecretProviderClass",
        "Service port",
        "ServiceAccount",
        "trust in a ServiceAccount",
    }
)
"""Kinds of names that every committed stack uses."""


def dangling(environment: tuple[StackContents, ...]) -> list[str]:
    declared = DeclaredNames(environment)
    return sorted({str(found) for found in references(environment[0]) if not _has(declared, found)})


def _has(declared: DeclaredNames, found: Reference) -> bool:
    if found.kind == "private host":
        return declared.has("private endpoint", found.name.partition(".")[0]) or "postgres" in found.name
    return declared.has(found.kind, found.name)


@pytest.mark.parametrize("path", stack_files().values(), ids=stack_files())
def test_each_name_in_the_configuration_has_its_resource(path: Path) -> None:
    assert dangling(environment_of(path)) == []


@pytest.mark.parametrize("stack", ["prod", "staging", "every-option"])
def test_the_configuration_of_a_stack_uses_names_of_each_kind(stack: str) -> None:
    (own, *_) = environment_of(stack_files()[stack])
    assert KINDS - {found.kind for found in references(own)} <= set()


def _renamed(stack: StackContents, resource_type: str, key: str) -> StackContents:
    """The stack with other names of the resources of a type."""
    resources = []
    for resource in stack.graph.resources:
        inputs = copy.copy(resource.inputs)
        if resource.type == resource_type:
            inputs[key] += "x"
        resources.append(dataclasses.replace(resource, inputs=inputs))
    graph: Graph = dataclasses.replace(stack.graph, resources=tuple(resources))
    return StackContents(stack.path, stack.settings, graph)


@pytest.mark.parametrize(
    ("resource_type", "key", "kind"),
    [
        ("azure-native:storage:BlobContainer", "containerName", "blob container"),
        ("azure-native:keyvault:Secret", "secretName", "secret of the vault"),
        ("azure-native:keyvault:Vault", "vaultName", "host"),
        ("azure-native:storage:StorageAccount", "accountName", "host"),
        ("azure-native:dbforpostgresql:Database", "databaseName", "database"),
        ("azure-native:managedidentity:UserAssignedIdentity", "resourceName", "client id"),
        ("azure-native:managedidentity:FederatedIdentityCredential", "subject", "ServiceAccount"),
        ("azure-native:network:PublicIPAddress", "publicIpAddressName", "public address"),
        ("azure-native:dns:RecordSet", "relativeRecordSetName", "DNS record"),
        ("azure-native:authorization:RoleAssignment", "principalId", "role"),
    ],
)
def test_a_renamed_resource_leaves_dangling_names(resource_type: str, key: str, kind: str) -> None:
    own, *others = environment_of(stack_files()["every-option"])
    found = dangling((_renamed(own, resource_type, key), *others))
    assert [text for text in found if f"refers to the {kind} " in text]
