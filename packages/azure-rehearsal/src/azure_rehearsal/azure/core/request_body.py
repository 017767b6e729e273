"""What azure-native makes of a resource's inputs before it sends them, where that is more than wrapping.

The SDK's names and shapes differ from Azure's for a few properties, and the provider translates. A recording holds what
was sent, laid flat as the SDK does it for most types, so that it can be compared with Azure's own type definitions.
"""

from __future__ import annotations

import re
from typing import Any, Final

HYPHENATED: Final = {"azure-native:containerservice:ManagedCluster": "autoScalerProfile"}
"""Maps whose keys Azure writes as `scale-down-delay-after-add` and the SDK as `scaleDownDelayAfterAdd`."""

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
"""Properties that have another name in the SDK."""

NOT_FLAT: Final = frozenset({"azure-native:keyvault:Vault"})
"""Types whose `properties` the SDK leaves as Azure has them; all others lie flat."""

ONLY_IN_THE_PATH: Final = {"azure-native:monitor:DiagnosticSetting": "name"}
"""Names of resources that are part of the address only; elsewhere they end in `Name`."""

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])[A-Z]")


def as_sent(type: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs with Azure's spelling. Does not change its arguments."""
    names = RENAMED.get(type, {})
    sent = {names.get(key, key): value for key, value in inputs.items() if key != ONLY_IN_THE_PATH.get(type)}
    if type in NOT_FLAT:
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
