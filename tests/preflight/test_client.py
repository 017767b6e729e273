"""Requests to Azure: read-only, the token only to the right host, and errors that say what to do."""

from __future__ import annotations

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm, codes, results
from tools.errors import CommandError, UsageError
from tools.preflight.checks import providers
from tools.preflight.client import Refused, ResourceManager
from tools.preflight.sign_in import FixedCredential, credential, signed_in_principal, uses_azure_cli

OWN = FixedCredential("object", "tenant")


def test_all_checks_only_read(arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]) -> None:
    results(arm, settings, environment)
    assert len(arm.requests) > 20
    other = {path.rsplit("/", 1)[-1] for method, path, _, _ in arm.requests if method != "GET"}
    assert other == {"checkNameAvailability"}
    assert all(query.get("api-version") for _, _, query, _ in arm.requests)


@pytest.mark.parametrize("url", ["http://192.0.2.1:8080", "https://management.azure.com", "http://example.com"])
def test_the_token_of_a_simulation_goes_only_to_loopback(url: str) -> None:
    with pytest.raises(UsageError, match="not on this machine"):
        ResourceManager(OWN, url)


def test_the_next_page_of_another_host_is_refused(arm: FakeArm) -> None:
    arm.body("locations")["nextLink"] = "https://example.com/next"
    with arm.serving() as url, pytest.raises(Refused, match="another host"):
        ResourceManager(OWN, url).pages(arm.names["locations"][1], "2022-12-01")


def test_all_pages_of_a_list_are_read(arm: FakeArm) -> None:
    arm.responses["GET", "/next"] = (200, {"value": [{"name": "last"}]})
    with arm.serving() as url:
        arm.body("locations")["nextLink"] = f"{url}/next?api-version=1"
        found = ResourceManager(OWN, url).pages(arm.names["locations"][1], "2022-12-01")
    assert [item["name"] for item in found] == ["eastus", "westus", "last"]


def test_a_server_that_does_not_respond_is_wrong_usage() -> None:
    with FakeArm().serving() as url:
        closed = url
    azure = ResourceManager(OWN, closed, retries=0)
    with pytest.raises(UsageError, match="does not respond"):
        azure.get("/subscriptions", "2022-12-01")


def test_a_failed_sign_in_is_wrong_usage() -> None:
    class NoCredential:
        def get_token(self, *scopes: str, **options: object) -> AccessToken:
            raise ClientAuthenticationError("Please run 'az login' to set up an account")

    with pytest.raises(UsageError, match="Cannot sign in to Azure: Please run"):
        signed_in_principal(NoCredential())


def test_the_principal_comes_from_the_token() -> None:
    principal = signed_in_principal(OWN)
    assert (principal.object_id, principal.tenant_id) == ("object", "tenant")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "AzureCliCredential"),
        ({"ARM_USE_MSI": "true"}, "ManagedIdentityCredential"),
        (
            {"ARM_USE_OIDC": "true", "ARM_CLIENT_ID": "c", "ARM_TENANT_ID": "t", "ARM_OIDC_TOKEN": "x"},
            "ClientAssertionCredential",
        ),
        ({"ARM_CLIENT_SECRET": "x", "ARM_CLIENT_ID": "c", "ARM_TENANT_ID": "t"}, "ClientSecretCredential"),
    ],
)
def test_the_sign_in_is_that_of_the_provider(environment: dict[str, str], expected: str) -> None:
    assert type(credential("tenant", environment)).__name__ == expected
    assert uses_azure_cli(environment) == (expected == "AzureCliCredential")


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"ARM_USE_OIDC": "1", "ARM_CLIENT_ID": "c"}, "Not set: ARM_TENANT_ID"),
        ({"ARM_CLIENT_SECRET": "x", "ARM_TENANT_ID": "t"}, "Not set: ARM_CLIENT_ID"),
        ({"ARM_USE_OIDC": "1", "ARM_CLIENT_ID": "c", "ARM_TENANT_ID": "t"}, "but no OIDC token"),
    ],
)
def test_an_incomplete_sign_in_is_wrong_usage(environment: dict[str, str], missing: str) -> None:
    with pytest.raises(UsageError, match=missing):
        credential("tenant", environment)


def test_registration_waits_for_every_provider(arm: FakeArm, settings: AksStackSettings) -> None:
    path = f"/subscriptions/{settings.azure.subscription_id}"
    for name in ("Microsoft.Cache", "Microsoft.Monitor"):
        state = {"namespace": name, "registrationState": "Registered"}
        arm.responses["POST", f"{path}/providers/{name}/register".lower()] = (200, {})
        arm.responses["GET", f"{path}/providers/{name}".lower()] = (200, state)
    told: list[str] = []
    with arm.serving() as url:
        providers.register(ResourceManager(OWN, url), path, ("Microsoft.Cache", "Microsoft.Monitor"), told.append)
    sent = [(method, path.rsplit("/providers/", 1)[-1]) for method, path, _, _ in arm.requests]
    assert sent == [
        ("POST", "Microsoft.Cache/register"),
        ("POST", "Microsoft.Monitor/register"),
        ("GET", "Microsoft.Cache"),
        ("GET", "Microsoft.Monitor"),
    ]
    assert told == ["Registering Microsoft.Cache …", "Registering Microsoft.Monitor …"]


def test_registration_that_does_not_end_is_an_error(
    arm: FakeArm, settings: AksStackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "WAIT_SECONDS", -1)
    path = f"/subscriptions/{settings.azure.subscription_id}"
    arm.responses["POST", f"{path}/providers/microsoft.cache/register"] = (200, {})
    arm.responses["GET", f"{path}/providers/microsoft.cache"] = (200, {"registrationState": "Registering"})
    with arm.serving() as url, pytest.raises(CommandError, match=r"Not registered .* Microsoft\.Cache"):
        providers.register(ResourceManager(OWN, url), path, ("Microsoft.Cache",), lambda _: None)


def test_a_refused_registration_names_the_action(arm: FakeArm, settings: AksStackSettings) -> None:
    path = f"/subscriptions/{settings.azure.subscription_id}"
    refused = {"error": {"code": "AuthorizationFailed", "message": "no"}}
    arm.responses["POST", f"{path}/providers/microsoft.cache/register"] = (403, refused)
    with arm.serving() as url, pytest.raises(CommandError, match=r"AuthorizationFailed.*register/action"):
        providers.register(ResourceManager(OWN, url), path, ("Microsoft.Cache",), lambda _: None)


def test_roles_of_a_custom_definition_count_by_their_actions(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    permission = arm.body("role-contributor")["properties"]["permissions"][0]
    permission["notActions"] = ["Microsoft.KeyVault/vaults/write"]
    assert codes(results(arm, settings, environment)) == ["cannot-create-resources"]
    permission["notActions"], permission["actions"] = [], ["Microsoft.*/write"]
    assert codes(results(arm, settings, environment)) == []
