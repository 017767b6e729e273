"""The layout of nested boxes: their sizes and positions.

Owns geometry, in pixels. Does not own the meaning of the boxes (`azure_rehearsal.reports.diagram`) or the drawing
(`azure_rehearsal.reports.svg`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from azure_rehearsal.reports.svg import LINE_HEIGHT, TITLE_HEIGHT, text_width

PADDING: Final = 10.0
GAP: Final = 10.0


@dataclass
class Box:
    """A rectangle with a title, lines of text and further boxes in a grid of `columns`, filled row by row.

    `key` identifies it for arrows. `left` is free space at its left. `min_width` and `min_height` are its minimum size.
    `place` sets `x`, `y`, `width` and `height`.
    """

    style: str
    title: str = ""
    lines: list[str] = field(default_factory=list)
    children: list[Box] = field(default_factory=list)
    columns: int = 1
    key: str = ""
    left: float = 0
    min_width: float = 0
    min_height: float = 0
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def all(self) -> Iterator[Box]:
        """The box and all boxes inside it, outer boxes first."""
        yield self
        for child in self.children:
            yield from child.all()

    def place(self, x: float, y: float, width: float = 0, height: float = 0) -> None:
        """Places the box and its contents at a position, with at least the given size."""
        own_width, own_height = self._size()
        self.x, self.y = x, y
        self.width, self.height = max(width, own_width), max(height, own_height)
        widths, heights = self._grid()
        spare = self.width - 2 * PADDING - self.left - _span(widths)
        if widths:
            widths[-1] += max(0, spare)
        top = y + self._text_height()
        for row, row_height in enumerate(heights):
            across = x + PADDING + self.left
            for column, child in enumerate(self.children[row * self.columns : (row + 1) * self.columns]):
                child.place(across, top, widths[column], row_height)
                across += widths[column] + GAP
            top += row_height + GAP

    def _size(self) -> tuple[float, float]:
        widths, heights = self._grid()
        text = max([text_width(self.title, bold=True), *(text_width(line) for line in self.lines)])
        width = max(text, _span(widths)) + 2 * PADDING + self.left
        height = self._text_height() + _span(heights) + (PADDING if heights else 0)
        return max(width, self.min_width), max(height, self.min_height)

    def _text_height(self) -> float:
        text = TITLE_HEIGHT * bool(self.title) + LINE_HEIGHT * len(self.lines)
        return PADDING + text + (PADDING if text else 0)

    def _grid(self) -> tuple[list[float], list[float]]:
        sizes = [child._size() for child in self.children]  # noqa: SLF001 - another box
        rows = [sizes[start : start + self.columns] for start in range(0, len(sizes), self.columns)]
        columns = range(len(rows[0]) if rows else 0)
        widths = [max(row[column][0] for row in rows if column < len(row)) for column in columns]
        return widths, [max(height for _, height in row) for row in rows]


def _span(lengths: list[float]) -> float:
    return sum(lengths) + GAP * max(0, len(lengths) - 1)
