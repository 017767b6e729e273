"""The translation of a resource's inputs to the names and shapes of Azure's API.

The SDK's names and shapes differ from Azure's for a few properties; azure-native translates them before it sends a
request. A recording contains the translated inputs. Their `properties` stay at the top level, as in the SDK.
"""

from __future__ import annotations

import re
from typing import Any, Final

HYPHENATED: Final = {"azure-native:containerservice:ManagedCluster": "autoScalerProfile"}
"""Maps with hyphenated keys in Azure: `scale-down-delay-after-add` instead of the SDK's `scaleDownDelayAfterAdd`."""

RENAMED: Final = {
    "azure-native:applicationinsights:Component": {
        "applicationType": "Application_Type",
        "flowType": "Flow_Type",
        "requestSource": "Request_Source",
    },
    "azure-native:storage:StorageAccount": {
        "enableHttpsTrafficOnly": "supportsHttpsTrafficOnly",
        "networkRuleSet": "networkAcls",
    },
}
"""Properties with another name in Azure, by the SDK's name."""

NESTED_TYPES: Final = frozenset({"azure-native:keyvault:Vault"})
"""Types whose SDK inputs have a nested `properties` object; the SDK flattens it for all others."""

PATH_ONLY_PROPERTIES: Final = {"azure-native:monitor:DiagnosticSetting": "name"}
"""Resource names that occur only in the URL although the input does not end in `Name`."""

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")


def as_sent(type: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with Azure's names and shapes. Does not change its arguments."""
    names = RENAMED.get(type, {})
    sent = {names.get(key, key): value for key, value in inputs.items() if key != PATH_ONLY_PROPERTIES.get(type)}
    if type in NESTED_TYPES:
        sent |= sent.pop("properties", {})
    profile = sent.get(HYPHENATED.get(type, ""))
    if isinstance(profile, dict):
        sent[HYPHENATED[type]] = {_hyphenated(key): value for key, value in profile.items()}
    identity = sent.get("identity")
    if isinstance(identity, dict) and isinstance(identity.get("userAssignedIdentities"), list):
        # A set of ids in the SDK, a map with the ids as keys in Azure.
        sent["identity"] = {**identity, "userAssignedIdentities": {id: {} for id in identity["userAssignedIdentities"]}}
    return sent


def _hyphenated(name: str) -> str:
    return _CAPITAL.sub(lambda capital: f"-{capital[0].lower()}", name)
