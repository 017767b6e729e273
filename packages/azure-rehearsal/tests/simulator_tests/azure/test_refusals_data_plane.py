"""A vault's data plane refuses the deletion and recovery of secrets to clients that it does not admit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from azure_rehearsal.azure.core.client import Client
from simulator_tests.azure.harness import NETWORK, AzureHarness, Case, Deployed, refused
from simulator_tests.azure.makers.keyvault import secret, vault
from simulator_tests.azure.makers.private_endpoints import endpoint_subnet, private_endpoint

CLOSED: Final[dict[str, Any]] = {
    "publicNetworkAccess": "Disabled",
    "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
}
FIREWALL: Final[dict[str, Any]] = {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "198.51.100.0/24"}]}}
OFFICER: Final = "Key Vault Secrets Officer"


def _with(azure: AzureHarness, role: str = "", **properties: Any) -> Deployed:
    """A vault with a secret, and a role of the deployer on the vault."""
    azure.group()
    made = vault(azure, **properties)
    if role:
        azure.role(azure.client.object_id, role, made.id, principalType="User")
    return secret(azure)


def _delete(azure: AzureHarness) -> None:
    azure.delete(azure["db-password"])


def _case(name: str, code: str, *fragments: str, role: str = "", **properties: Any) -> Case:
    return Case(
        "keyvault:Secret",
        name,
        _delete,
        "Forbidden",
        (f"innererror: {code}", *fragments),
        setup=lambda azure: _with(azure, role, **properties),
    )


CASES: Final = [
    _case(
        "deletion from outside a closed vault, with a role",
        "ForbiddenByConnection",
        "Public network access is disabled",
        "retainOnDelete",
        role=OFFICER,
        **CLOSED,
    ),
    _case(
        "deletion from an address that no rule names", "ForbiddenByFirewall", "not authorized", role=OFFICER, **FIREWALL
    ),
    _case(
        "deletion without a role", "ForbiddenByRbac", "secrets/delete", "assign the deployer Key Vault Secrets Officer"
    ),
    _case("deletion with a role that only reads", "ForbiddenByRbac", role="Key Vault Secrets User"),
    _case("deletion with the control plane's role", "ForbiddenByRbac", role="Key Vault Contributor"),
    _case(
        "deletion without a permission in the access policies",
        "ForbiddenByPolicy",
        "does not have secrets delete permission",
        enableRbacAuthorization=False,
        accessPolicies=[
            {"tenantId": Client().tenant_id, "objectId": Client().object_id, "permissions": {"secrets": ["get", "set"]}}
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_deletion_is_refused(azure: AzureHarness, case: Case) -> None:
    case.setup(azure)

    with refused(case.code, *case.fragments):
        case.write(azure)
    assert azure.read(azure["db-password"]) is not None


@pytest.mark.parametrize("role", [OFFICER, "Key Vault Administrator"])
def test_a_deployer_with_a_role_deletes_a_secret_of_an_open_vault(azure: AzureHarness, role: str) -> None:
    made = _with(azure, role)

    azure.delete(made)

    assert azure.read(made) is None


def test_an_access_policy_with_the_permission_admits(azure: AzureHarness) -> None:
    policy = {
        "tenantId": azure.client.tenant_id,
        "objectId": azure.client.object_id,
        "permissions": {"secrets": ["Delete"]},
    }

    azure.delete(_with(azure, enableRbacAuthorization=False, accessPolicies=[policy]))


def test_an_address_of_the_rules_is_admitted() -> None:
    azure = AzureHarness(client=replace(Client(), address="198.51.100.7"))

    azure.delete(_with(azure, OFFICER, **FIREWALL))


def test_a_deployer_in_the_network_of_a_private_endpoint_is_admitted() -> None:
    azure = AzureHarness(client=replace(Client(), address="10.10.9.9"))
    made = _with(azure, OFFICER, **CLOSED)
    with refused("Forbidden", "ForbiddenByConnection"):
        azure.delete(made)
    azure.network(NETWORK)
    endpoint_subnet(azure)
    private_endpoint(azure, azure["kv-shop"], "vault")

    azure.delete(made)

    assert azure.read(made) is None


def test_creates_and_updates_need_no_data_plane(azure: AzureHarness) -> None:
    made = _with(azure, **CLOSED)

    azure.change(made, properties={"value": "another", "attributes": {"enabled": False}})


def test_the_deletion_of_a_closed_vault_deletes_its_secrets(azure: AzureHarness) -> None:
    made = _with(azure, **CLOSED)

    azure.delete(azure["kv-shop"])

    assert azure.read(made) is None


def test_the_provider_cannot_recover_a_deleted_secret_from_outside(azure: AzureHarness) -> None:
    made = _with(azure, OFFICER)
    azure.delete(made)
    azure.change(azure["kv-shop"], properties=CLOSED)

    with refused("Forbidden", "ForbiddenByConnection", "ARM cannot recover secrets"):
        secret(azure)
