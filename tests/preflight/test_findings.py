"""Each thing that is missing gives one finding, and a subscription that has everything gives none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm, codes, notes, results
from tools.preflight.findings import Finding

Break = Callable[[FakeArm], None]
GUID = "00000000-0000-4000-8000-0000000000ff"


def with_settings(settings: AksStackSettings, path: str, value: Any) -> AksStackSettings:
    """The settings with one other value. The loader does not check the result."""
    section, *rest = path.split(".", 1)
    inner = getattr(settings, section)
    changed = with_settings(inner, rest[0], value) if rest else value
    return settings.model_copy(update={section: changed})


def usage(arm: FakeArm, name: str, quota: str) -> dict[str, Any]:
    return next(item for item in arm.body(name)["value"] if item["name"]["value"] == quota)


def limit(name: str, quota: str, value: int) -> Break:
    return lambda arm: usage(arm, name, quota).update(limit=value)


def without_role(name: str) -> Break:
    """The assignment of a role disappears."""

    def change(arm: FakeArm) -> None:
        role = arm.names[name][1]
        assignments = arm.body("role-assignments")["value"]
        assignments[:] = [item for item in assignments if item["properties"]["roleDefinitionId"].lower() != role]

    return change


def assigned(policy: str, **parameters: Any) -> Break:
    """A further policy assignment."""

    def change(arm: FakeArm) -> None:
        assignments = arm.body("policy-assignments")["value"]
        first = assignments[0]
        properties = {
            **first["properties"],
            "displayName": policy,
            "policyDefinitionId": arm.body(policy)["id"],
            "parameters": {name: {"value": value} for name, value in parameters.items()},
        }
        assignments.append({**first, "id": f"{first['id']}-{policy}", "properties": properties})

    return change


def put(name: str, path: str, value: Any) -> Break:
    """Changes one value of a response: keys and positions with dots between them."""

    def change(arm: FakeArm) -> None:
        *parents, last = path.split(".")
        place = arm.body(name)
        for key in parents:
            place = place[int(key) if key.isdigit() else key]
        place[int(last) if last.isdigit() else last] = value

    return change


def size(number: int, **changes: Any) -> Break:
    return lambda arm: arm.body("vm-sizes")["value"][number].update(changes)


def restriction(kind: str, **info: Any) -> list[dict[str, Any]]:
    return [{"type": kind, "values": ["eastus"], "restrictionInfo": info, "reasonCode": "NotAvailableForSubscription"}]


BREAKS: dict[str, tuple[Break, str]] = {
    "tenant": (put("subscription", "tenantId", GUID), "wrong-tenant"),
    "subscription": (put("subscription", "state", "Disabled"), "subscription-not-enabled"),
    "a provider": (put("providers", "value.1.registrationState", "NotRegistered"), "provider-not-registered"),
    "a provider that is being registered": (
        put("providers", "value.1.registrationState", "Registering"),
        "provider-not-registered",
    ),
    "the role to create": (without_role("role-contributor"), "cannot-create-resources"),
    "the role to assign roles": (without_role("role-access-administrator"), "cannot-assign-roles"),
    "vCPUs of the family now": (limit("usages-compute", "standardDSv5Family", 120), "quota-too-small"),
    "vCPUs of the family at most": (
        limit("usages-compute", "standardDSv5Family", 363),
        "quota-too-small-at-maximum",
    ),
    "vCPUs of the region": (limit("usages-compute", "cores", 150), "quota-too-small"),
    "public addresses": (limit("usages-network", "IPv4StandardSkuPublicIpAddresses", 105), "quota-too-small"),
    "PostgreSQL": (limit("usages-postgresql", "standardDDSv5Family", 3), "quota-too-small"),
    "the location": (put("locations", "value.0.name", "eastus2"), "unknown-location"),
    "zones": (lambda arm: arm.body("locations")["value"][0].pop("availabilityZoneMappings"), "zone-missing"),
    "the pair": (put("locations", "value.0.metadata.pairedRegion", []), "no-paired-region"),
    "a service": (put("providers", "value.1.resourceTypes.1.locations", ["West US"]), "service-not-in-region"),
    "the Kubernetes version": (
        put("kubernetes-versions", "values.1.isPreview", True),
        "kubernetes-version-not-offered",
    ),
    "a VM size": (size(1, name="Standard_D16s_v5"), "vm-size-not-offered"),
    "a VM size for the subscription": (
        size(1, restrictions=restriction("Location", locations=["eastus"])),
        "vm-size-restricted",
    ),
    "a VM size in a zone": (
        size(1, restrictions=restriction("Zone", locations=["eastus"], zones=["3"])),
        "vm-size-not-in-zone",
    ),
    "PostgreSQL in the region": (
        put("capabilities-postgresql", "value.0.restricted", "Enabled"),
        "postgresql-restricted",
    ),
    "the database size": (
        put(
            "capabilities-postgresql",
            "value.0.supportedServerEditions.1.supportedServerSkus.1.name",
            "Standard_D8ds_v5",
        ),
        "database-size-not-offered",
    ),
    "the database version": (
        put("capabilities-postgresql", "value.0.supportedServerVersions.1.name", "18"),
        "database-version-not-offered",
    ),
    "the name of the vault": (put("name-keyvault", "nameAvailable", False), "name-taken"),
    "the name of the registry": (put("name-containerregistry", "nameAvailable", False), "name-taken"),
    "the name of the server": (put("name-dbforpostgresql", "nameAvailable", False), "name-taken"),
    "an allowed location": (
        put("policy-assignments", "value.0.properties.parameters.listOfAllowedLocations.value", ["westus"]),
        "policy-denies",
    ),
    "a tag": (assigned("policy-required-tag", tagName="owner"), "policy-denies"),
    "a tag that a set of policies requires": (assigned("policy-set"), "policy-denies"),
    "public addresses that a policy allows": (
        assigned("policy-not-allowed-types", listOfResourceTypesNotAllowed=["Microsoft.Network/publicIPAddresses"]),
        "policy-denies",
    ),
    "permission to read usages": (
        lambda arm: arm.refuse("usages-network", 403, "AuthorizationFailed"),
        "not-readable",
    ),
}


def test_a_subscription_that_has_everything_gives_no_finding(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    found = results(arm, settings, environment)
    assert codes(found) == []
    assert notes(found) == ["registry-does-not-exist"]


@pytest.mark.parametrize("missing", BREAKS)
def test_each_thing_that_is_missing_gives_one_finding(
    missing: str, arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    change, code = BREAKS[missing]
    change(arm)
    assert codes(results(arm, settings, environment)) == [code]


def test_a_finding_has_a_command(arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]) -> None:
    """Except PostgreSQL's quota, which only a support request raises."""
    for change, _ in BREAKS.values():
        change(arm)
    found = [result for result in results(arm, settings, environment) if isinstance(result, Finding)]
    assert len(found) > len(BREAKS) / 2
    without = {finding.wrong.split(" in ")[0] for finding in found if not finding.command}
    assert without <= {"Quota standardDDSv5Family"}
    assert all(finding.wrong.endswith((".", "!")) or finding.code == "name-taken" for finding in found)


def test_all_unregistered_providers_are_one_finding_and_their_checks_are_skipped(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    for provider in arm.body("providers")["value"]:
        provider["registrationState"] = "NotRegistered"
    found = results(arm, settings, environment)
    assert codes(found) == ["provider-not-registered"]
    assert notes(found).count("skipped") == 6
    paths = [path for _, path, _, _ in arm.requests]
    assert not [path for path in paths if "usages" in path or "checkNameAvailability" in path]


def test_another_principal_is_a_finding(arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]) -> None:
    assert codes(results(arm, settings, environment, principal_id=GUID)) == ["wrong-principal"]


def test_the_subscription_of_the_environment_must_be_that_of_the_stack(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    assert codes(results(arm, settings, environment | {"ARM_SUBSCRIPTION_ID": GUID})) == ["wrong-subscription"]
    same = environment | {"ARM_SUBSCRIPTION_ID": settings.azure.subscription_id}
    assert codes(results(arm, settings, same)) == []


@pytest.mark.parametrize(("program", "code"), [("kubelogin", "kubelogin-missing"), ("az", "azure-cli-missing")])
def test_each_missing_program_is_a_finding(
    program: str, code: str, arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    (Path(environment["PATH"]) / program).unlink()
    assert codes(results(arm, settings, environment)) == [code]


@pytest.mark.parametrize("unset", ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "ACTIONS_ID_TOKEN_REQUEST_URL"])
def test_workload_identity_needs_its_own_variables(
    unset: str, arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    pipeline = with_settings(settings, "deployer.kubernetes_login", "workloadidentity")
    names = ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL")
    environment |= dict.fromkeys(names, "x")
    assert codes(results(arm, pipeline, environment)) == []
    del environment[unset]
    environment |= {"ARM_CLIENT_ID": "x", "ARM_TENANT_ID": "x"}
    assert codes(results(arm, pipeline, environment)) == ["kubelogin-environment"]


def test_workload_identity_accepts_a_token_file_that_exists(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str], tmp_path: Path
) -> None:
    pipeline = with_settings(settings, "deployer.kubernetes_login", "workloadidentity")
    token = tmp_path / "token"
    environment |= {"AZURE_CLIENT_ID": "x", "AZURE_TENANT_ID": "x", "AZURE_FEDERATED_TOKEN_FILE": str(token)}
    assert codes(results(arm, pipeline, environment)) == ["kubelogin-environment"]
    token.write_text("x")
    assert codes(results(arm, pipeline, environment)) == []


def test_azure_pipelines_needs_its_own_variables(
    arm: FakeArm, settings: AksStackSettings, environment: dict[str, str]
) -> None:
    pipeline = with_settings(settings, "deployer.kubernetes_login", "azurepipelines")
    service_connection = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"
    own = dict.fromkeys((service_connection, "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI"), "x")
    ids = dict.fromkeys(("AZURE_CLIENT_ID", "AZURE_TENANT_ID"), "x")
    task = dict.fromkeys(("AZURESUBSCRIPTION_CLIENT_ID", "AZURESUBSCRIPTION_TENANT_ID"), "x")
    assert codes(results(arm, pipeline, environment | own | ids)) == []
    assert codes(results(arm, pipeline, environment | own | task)) == []
    assert codes(results(arm, pipeline, environment | own)) == ["kubelogin-environment"]
    for name in own:
        present = {key: value for key, value in own.items() if key != name}
        assert codes(results(arm, pipeline, environment | present | ids)) == ["kubelogin-environment"]
