"""What `voice:class` stands for: one table, so that the classes are read side by side. Each value can be overridden."""

from __future__ import annotations

from typing import Any, Final

from settings.schema.stack import StackClass

CLASS_DEFAULTS: Final[dict[str, dict[StackClass, Any]]] = {
    "protect": {"production": True, "staging": False, "development": False},
    "aks.tier": {"production": "Standard", "staging": "Free", "development": "Free"},
    "aks.zones": {"production": ["1", "2", "3"], "staging": ["1"], "development": ["1"]},
    "certificates.copyToKeyVault": {"production": True, "staging": False, "development": False},
}


def class_defaults(stack_class: StackClass) -> dict[str, Any]:
    """The defaults of a class, nested as in a stack file."""
    nested: dict[str, Any] = {}
    for path, values in CLASS_DEFAULTS.items():
        *sections, key = path.split(".")
        place = nested
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = values[stack_class]
    return nested
