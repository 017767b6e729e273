"""Policy assignments: which of them count, and how a finding is fixed."""

from __future__ import annotations

from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm, codes, notes, results
from tests.preflight.test_findings import assigned, put
from tools.preflight.checks import policies
from tools.preflight.findings import Finding

CHECK = (policies.CHECK,)
DENIED = put("policy-assignments", "value.0.properties.parameters.listOfAllowedLocations.value", ["westus"])


def test_an_assignment_that_is_not_enforced_is_ignored(arm: FakeArm, settings: AksStackSettings) -> None:
    DENIED(arm)
    arm.body("policy-assignments")["value"][0]["properties"]["enforcementMode"] = "DoNotEnforce"
    assert results(arm, settings, {}, CHECK) == []


def test_an_assignment_that_excludes_the_group_of_the_region_is_ignored(
    arm: FakeArm, settings: AksStackSettings
) -> None:
    DENIED(arm)
    group = f"/subscriptions/{settings.azure.subscription_id}/resourceGroups/RG-voice-test-eastus"
    properties = arm.body("policy-assignments")["value"][0]["properties"]
    properties["notScopes"] = [group + "2"]
    assert codes(results(arm, settings, {}, CHECK)) == ["policy-denies"]
    properties["notScopes"] = [group]
    assert results(arm, settings, {}, CHECK) == []


def test_a_policy_of_mode_indexed_skips_resource_groups(arm: FakeArm, settings: AksStackSettings) -> None:
    definition = arm.body("policy-allowed-locations")["properties"]
    definition["policyRule"]["if"] = {"field": "type", "equals": policies.GROUP}
    assert results(arm, settings, {}, CHECK) == []
    definition["mode"] = "All"
    assert codes(results(arm, settings, {}, CHECK)) == ["policy-denies"]


def test_a_policy_that_only_audits_is_ignored(arm: FakeArm, settings: AksStackSettings) -> None:
    kinds = ["Microsoft.Network/publicIPAddresses"]
    assigned("policy-not-allowed-types", listOfResourceTypesNotAllowed=kinds, effect="Audit")(arm)
    assert results(arm, settings, {}, CHECK) == []


def test_a_policy_on_other_properties_is_a_note(arm: FakeArm, settings: AksStackSettings) -> None:
    condition = arm.body("policy-no-public-addresses")["properties"]["policyRule"]["if"]["allOf"]
    assigned("policy-no-public-addresses")(arm)
    assert results(arm, settings, {}, CHECK) == []
    condition[0]["equals"] = "Microsoft.Compute/virtualMachineScaleSets"
    found = results(arm, settings, {}, CHECK)
    assert (codes(found), notes(found)) == ([], ["policy-not-evaluated"])


def test_a_definition_that_cannot_be_read_is_a_note(arm: FakeArm, settings: AksStackSettings) -> None:
    arm.refuse("policy-allowed-locations", 403, "AuthorizationFailed")
    found = results(arm, settings, {}, CHECK)
    assert (codes(found), notes(found)) == ([], ["policy-not-evaluated"])


def test_a_missing_tag_is_fixed_in_the_stack_file(arm: FakeArm, settings: AksStackSettings) -> None:
    assigned("policy-required-tag", tagName="owner")(arm)
    (finding,) = results(arm, settings, {}, CHECK)
    assert isinstance(finding, Finding)
    assert finding.command == "pulumi config set --stack test --path 'voice:tags.owner' <value>"


def test_a_tag_that_the_stack_has_is_no_finding(arm: FakeArm, settings: AksStackSettings) -> None:
    assigned("policy-required-tag", tagName="Environment")(arm)
    assert results(arm, settings, {}, CHECK) == []
