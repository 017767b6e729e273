"""The architecture diagram of a deployment (SVG), drawn from its recording.

The same recording always gives the same diagram. It shows no secret: `azure_rehearsal.reports.architecture` reads only
named properties.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.reports.architecture import Architecture, Region, architecture_of
from azure_rehearsal.reports.boxes import GAP, PADDING, Box
from azure_rehearsal.reports.diagram_boxes import (
    address_box,
    address_width,
    addresses_by_target,
    environment_box,
    key,
    outside,
    source_box,
    title_of,
)
from azure_rehearsal.reports.inbound import ANYWHERE
from azure_rehearsal.reports.recording_graph import Recording
from azure_rehearsal.reports.svg import LINE_HEIGHT, TITLE_HEIGHT, Svg

_LANE: Final = 16.0
_MARGIN: Final = 16.0
_COLORS: Final = {  # fill and border by style
    "environment": ("#ffffff", "#57606a"),
    "region": ("#f6f8fa", "#57606a"),
    "group": ("#f6f8fa", "#57606a"),
    "network": ("#eaf3fb", "#0a5a9c"),
    "cluster": ("#ffffff", "#326ce5"),
    "subnet": ("#f4faf2", "#3d7a35"),
    "pool": ("#ffffff", "#3d7a35"),
    "address": ("#fff8e5", "#9a6700"),
    "source": ("#fdeef0", "#a40e26"),
    "zones": ("#f5f0fb", "#6639a6"),
    "service": ("#ffffff", "#57606a"),
}
# The palette of Okabe and Ito, which color-blind people can distinguish.
_LANES: Final = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")


def draw(recording: Recording) -> str:
    """The diagram of a recording of one stack, or of all stacks of an environment."""
    architecture = architecture_of(recording)
    environment, sources, addresses = layout(architecture)
    picture = Svg(title_of(architecture), "Drawn from a rehearsal: what the stacks deploy, not what is running.")
    for box in [*environment.all(), *sources, *addresses]:
        _draw_box(picture, box)
    if sources:
        picture.text(_MARGIN, _MARGIN, "Outside", bold=True)
    _draw_inbound_arrows(picture, architecture, sources, addresses)
    _draw_arrows(picture, architecture, environment, addresses)
    return picture.document(_MARGIN)


def layout(architecture: Architecture) -> tuple[Box, list[Box], list[Box]]:
    """The placed boxes: the environment, the sources of traffic, and the public addresses."""
    sources = [source_box(source, architecture) for source in _sources(architecture)]
    for box in sources:
        box.place(0, 0)
    width = max((box.width for box in sources), default=0)
    top = _MARGIN + TITLE_HEIGHT + PADDING
    for box in sources:
        box.place(_MARGIN, top, width)
        top = box.bottom + GAP
    environment = environment_box(architecture)
    environment.place(_MARGIN + width + _LANE * (len(sources) + 1), _MARGIN)
    return environment, sources, [box for region in architecture.regions for box in _addresses(region, environment)]


def _addresses(region: Region, environment: Box) -> list[Box]:
    """The placed boxes of the addresses, each in the free space at the left of its target."""
    places = {box.key: box for box in environment.all() if box.key}
    left, width = places[key(region, "network")].x + PADDING, address_width(region)
    placed = []
    for target, addresses in addresses_by_target(region).items():
        top = places[key(region, target)].y
        for address in addresses:
            box = address_box(region, address)
            box.place(left, top, width)
            top = box.bottom + GAP
            placed.append(box)
    return placed


def _draw_box(picture: Svg, box: Box) -> None:
    if box.style in _COLORS:  # other boxes only contain text
        fill, stroke = _COLORS[box.style]
        dashed = box.style == "environment"
        picture.rectangle(box.x, box.y, box.width, box.height, fill=fill, stroke=stroke, dashed=dashed)
    top = box.y + PADDING
    if box.title:
        picture.text(box.x + PADDING, top, box.title, bold=True)
        top += TITLE_HEIGHT
    for line in box.lines:
        picture.text(box.x + PADDING, top, line)
        top += LINE_HEIGHT


def _draw_arrows(picture: Svg, architecture: Architecture, environment: Box, addresses: list[Box]) -> None:
    """An arrow from each address to its target; reversed for outbound addresses."""
    boxes = {box.key: box for box in [*environment.all(), *addresses] if box.key}
    for region in architecture.regions:
        for address in region.addresses:
            if not address.unused:
                box, target = boxes[key(region, f"address {address.name}")], boxes[key(region, address.subnet)]
                points = [(box.right, box.middle), (target.x, box.middle)]
                picture.arrow(points[::-1] if address.outbound else points, color=_COLORS["address"][1])


def _draw_inbound_arrows(picture: Svg, architecture: Architecture, sources: list[Box], addresses: list[Box]) -> None:
    """One lane for each source, with a branch to every address that it can reach."""
    boxes = {box.key: box for box in addresses}
    for index, source in enumerate(sources):
        color, lane = _LANES[index % len(_LANES)], source.right + _LANE * (index + 1)
        for region in architecture.regions:
            for address in region.addresses:
                reaching = outside(address)
                if source.key in reaching:
                    box = boxes[key(region, f"address {address.name}")]
                    y = box.y + box.height * (reaching.index(source.key) + 1) / (len(reaching) + 1)
                    start = (source.right, source.middle)
                    picture.arrow([start, (lane, start[1]), (lane, y), (box.x, y)], color=color)


def _sources(architecture: Architecture) -> list[str]:
    found = {source for region in architecture.regions for item in region.addresses for source in outside(item)}
    return sorted(found, key=lambda source: (source != ANYWHERE, source))
