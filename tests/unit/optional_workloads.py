"""The workloads that a stack file enables by `enabled` in their section, from the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from model.flow_conditions import ALWAYS
from model.workloads import CATALOG
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import ImagesSettings
from settings.schema.types import Section

_SECTIONS: Final = {field.alias or name: field.annotation for name, field in AksStackSettings.model_fields.items()}

IMAGES: Final = {
    name: field.alias or name
    for name, field in ImagesSettings.model_fields.items()
    if isinstance(field.default, Section)
}
"""Field of `ImagesSettings` -> its name in the stack file."""

OPTIONAL: Final[Mapping[str, type[Section]]] = {
    workload.section: model
    for workload in CATALOG
    if workload.enabled is not ALWAYS
    and isinstance(model := _SECTIONS.get(workload.section), type)
    and issubclass(model, Section)
    and "enabled" in model.model_fields
}
"""Section -> its model."""

OPTIONAL_IMAGES: Final[Mapping[str, str]] = {
    IMAGES[image]: workload.section
    for workload in CATALOG
    if workload.section in OPTIONAL
    for image in workload.images
    if image in IMAGES and not any(image in w.images for w in CATALOG if w.section not in OPTIONAL)
}
"""Image that only an optional workload runs -> the workload's section."""


def with_digests(sections: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the sections of a stack file in which each image has a digest, which class `production` requires."""
    images = dict(sections.get("images", {}))
    for name, alias in IMAGES.items():
        default = getattr(ImagesSettings(), name)
        images[alias] = {"repository": default.repository, "digest": f"sha256:{'0' * 63}a", **images.get(alias, {})}
    return {**sections, "images": images}
