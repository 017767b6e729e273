"""Azure's built-in policies with effect deny that the simulator knows.

Source: Azure/azure-policy, built-in-policies/policyDefinitions/{General/AllowedLocations_Deny,General/
InvalidResourceTypes_Deny,Tags/RequireTag_Deny}.json, as of 2026-11. Two of them have the mode Indexed: they look only
at types with tags and a location, and not at resource groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class PolicyDefinition:
    """One definition. `parameter` is the parameter with the values, `condition` the `if` of its rule."""

    guid: str
    title: str
    mode: str
    parameter: str
    parameter_type: str
    condition: dict[str, Any]


POLICIES: Final = {
    "allowed-locations": PolicyDefinition(
        "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "Allowed locations",
        "Indexed",
        "listOfAllowedLocations",
        "Array",
        {
            "allOf": [
                {"field": "location", "notIn": "[parameters('listOfAllowedLocations')]"},
                {"field": "location", "notEquals": "global"},
            ]
        },
    ),
    "not-allowed-types": PolicyDefinition(
        "6c112d4e-5bc7-47ae-a041-ea2d9dccd749",
        "Not allowed resource types",
        "All",
        "listOfResourceTypesNotAllowed",
        "Array",
        {"field": "type", "in": "[parameters('listOfResourceTypesNotAllowed')]"},
    ),
    "required-tag": PolicyDefinition(
        "871b6d14-10aa-478d-b590-94f262ecfa99",
        "Require a tag on resources",
        "Indexed",
        "tagName",
        "String",
        {"field": "[concat('tags[', parameters('tagName'), ']')]", "exists": "false"},
    ),
}
"""Definitions by `DenyPolicy.effect`."""
