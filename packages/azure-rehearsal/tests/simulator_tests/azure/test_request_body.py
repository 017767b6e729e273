"""What azure-native makes of inputs before it sends them."""

from __future__ import annotations

from azure_rehearsal.azure.core.request_body import as_sent

CLUSTER = "azure-native:containerservice:ManagedCluster"


def test_the_autoscalers_settings_are_hyphenated_for_azure() -> None:
    inputs = {
        "autoScalerProfile": {"scaleDownDelayAfterAdd": "10m", "maxGracefulTerminationSec": "600"},
        "tags": {"aB": "c"},
    }
    assert as_sent(CLUSTER, inputs) == {
        "autoScalerProfile": {"scale-down-delay-after-add": "10m", "max-graceful-termination-sec": "600"},
        "tags": {"aB": "c"},
    }


def test_assigned_identities_are_a_map_for_azure() -> None:
    sent = as_sent(CLUSTER, {"identity": {"type": "UserAssigned", "userAssignedIdentities": ["/one"]}})
    assert sent["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {"/one": {}}}


def test_everything_else_is_sent_as_it_is() -> None:
    inputs = {"identity": {"type": "SystemAssigned"}, "autoScalerProfile": {"aB": 1}}
    assert as_sent("azure-native:network:VirtualNetwork", inputs) == inputs
