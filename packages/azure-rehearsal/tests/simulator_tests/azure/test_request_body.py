"""The translation of inputs to request bodies."""

from __future__ import annotations

from azure_rehearsal.azure.core.request_body import as_sent

CLUSTER = "azure-native:containerservice:ManagedCluster"


def test_autoscaler_profile_keys_are_hyphenated() -> None:
    inputs = {
        "autoScalerProfile": {"scaleDownDelayAfterAdd": "10m", "maxGracefulTerminationSec": "600"},
        "tags": {"aB": "c"},
    }
    assert as_sent(CLUSTER, inputs) == {
        "autoScalerProfile": {"scale-down-delay-after-add": "10m", "max-graceful-termination-sec": "600"},
        "tags": {"aB": "c"},
    }


def test_user_assigned_identities_become_a_map() -> None:
    sent = as_sent(CLUSTER, {"identity": {"type": "UserAssigned", "userAssignedIdentities": ["/one"]}})
    assert sent["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {"/one": {}}}


def test_other_inputs_are_sent_unchanged() -> None:
    inputs = {"identity": {"type": "SystemAssigned"}, "autoScalerProfile": {"aB": 1}}
    assert as_sent("azure-native:network:VirtualNetwork", inputs) == inputs
