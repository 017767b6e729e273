"""The texts of a diagram, and checks of its legibility."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from typing import Any

from azure_rehearsal.reports.architecture import Architecture
from azure_rehearsal.reports.boxes import Box
from azure_rehearsal.reports.diagram import draw, layout
from azure_rehearsal.reports.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(recording: list[dict[str, Any]]) -> list[str]:
    root = ET.fromstring(draw(recording))  # noqa: S314 - our own
    return [(node.text or "").replace("\N{NO-BREAK SPACE}", " ") for node in root.iter(f"{SVG}text")]


def assert_legible(architecture: Architecture) -> None:
    """Every text fits into its box, every box into its parent, and no two siblings overlap."""
    environment, sources, addresses = layout(architecture)
    for box in [*environment.all(), *sources, *addresses]:
        assert text_width(box.title, bold=True) <= box.width
        assert all(text_width(line) <= box.width for line in box.lines)
        for child in box.children:
            assert box.x <= child.x
            assert child.right <= box.right + 0.01
            assert box.y <= child.y
            assert child.bottom <= box.bottom + 0.01
        assert_apart(box.children)
    assert_apart([*sources, environment])
    networks = [box for box in environment.all() if box.style == "network"]
    assert_apart([*addresses, *networks])


def assert_apart(boxes: list[Box]) -> None:
    for first, second in itertools.combinations(boxes, 2):
        beside = first.right <= second.x or second.right <= first.x
        above = first.bottom <= second.y or second.bottom <= first.y
        assert beside or above, f"{first.title or first.lines} overlaps {second.title or second.lines}"
