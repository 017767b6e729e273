"""The kind `aks`: the platform on an AKS cluster."""

from __future__ import annotations

from typing import Final

from model.checks import AKS_RULES
from model.kinds.kind import SHARED_CLASS_DEFAULTS, ClassDefaults, Kind
from settings.schema.aks_stack import AksStackSettings

CLASS_DEFAULTS: Final[ClassDefaults] = {
    **SHARED_CLASS_DEFAULTS,
    "aks.tier": {"production": "Standard", "staging": "Free", "development": "Free"},
    "aks.zones": {"production": ["1", "2", "3"], "staging": ["1"], "development": ["1"]},
    "certificates.copyToKeyVault": {"production": True, "staging": False, "development": False},
}

AKS: Final = Kind(name="aks", settings=AksStackSettings, class_defaults=CLASS_DEFAULTS, rules=AKS_RULES)
