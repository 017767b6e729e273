"""Tokens, id templates and name rules that the types of this package share."""

from __future__ import annotations

import hashlib
from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import NameRule

ENDPOINT: Final = "azure-native:monitor:DataCollectionEndpoint"
RULE: Final = "azure-native:monitor:DataCollectionRule"
ASSOCIATION: Final = "azure-native:monitor:DataCollectionRuleAssociation"
METRICS_WORKSPACE: Final = "azure-native:monitor:AzureMonitorWorkspace"

ENDPOINT_PATH: Final = arm_ids.provider_id("Microsoft.Insights/dataCollectionEndpoints", "dataCollectionEndpointName")
RULE_PATH: Final = arm_ids.provider_id("Microsoft.Insights/dataCollectionRules", "dataCollectionRuleName")

_SUFFIX_LENGTH: Final = 4


def host_name(record: Record, name: str) -> str:
    """`name-a1b2`: the name with the suffix that Azure adds in host names."""
    return f"{name.lower()}-{hashlib.sha256(record.creation_id.encode()).hexdigest()[:_SUFFIX_LENGTH]}"


def immutable_id(record: Record, prefix: str) -> str:
    """The immutable id of a data collection resource: `dcr-<32 hex digits>`."""
    return f"{prefix}-{record.stable_uuid('immutable').replace('-', '')}"


ALERT_NAME: Final = NameRule(
    r"[^*#&+:<>?@%{}\\/|]*[^*#&+:<>?@%{}\\/| .]",
    1,
    260,
    "The name contains none of *#&+:<>?@%{}\\/| and no space or period at its end.",
)
NAME: Final = NameRule(
    r"[a-zA-Z0-9]([\w.-]*\w)?",
    3,
    64,
    "The name has 3 to 64 letters, digits, '-', '_' and '.', and begins and ends with a letter or digit.",
)
