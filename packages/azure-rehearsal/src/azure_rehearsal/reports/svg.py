"""Writes SVG: rectangles, text and arrows. The output is deterministic.

The image loads no external fonts, scripts or styles.
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

TITLE_SIZE: Final = 12.5
TEXT_SIZE: Final = 11.0
TITLE_HEIGHT: Final = 17.0
LINE_HEIGHT: Final = 14.5
_FONTS: Final = "'DejaVu Sans', Verdana, 'Segoe UI', Helvetica, Arial, sans-serif"

# Character widths in DejaVu Sans, the widest of the fonts above, as fractions of the font size.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'|", 0.30),
    **dict.fromkeys("Ift.,:;!/\\()[] \N{NO-BREAK SPACE}", 0.40),
    **dict.fromkeys('rsczxvky-_"*', 0.55),
    **dict.fromkeys("mMWw%@←→…≤", 1.0),
    **dict.fromkeys("ABCDGHKNOQRUVX&+<>=~", 0.80),
}
_OTHER_WIDTH: Final = 0.65
_BOLD: Final = 1.12


def text_width(text: str, bold: bool = False) -> float:
    """The maximum width of a text in pixels. Bold text is a title."""
    width = sum(_WIDTHS.get(character, _OTHER_WIDTH) for character in text)
    return width * (TITLE_SIZE * _BOLD if bold else TEXT_SIZE)


class Svg:
    """An image, drawn from back to front. Sizes and positions are in pixels."""

    def __init__(self, title: str, description: str) -> None:
        self._title, self._description = title, description
        self._parts: list[str] = []
        self._width = self._height = 0.0

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str, stroke: str, dashed: bool
    ) -> None:
        self._grow(x + width, y + height)
        dashes = ' stroke-dasharray="5 3"' if dashed else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="5"'
            f' fill="{fill}" stroke="{stroke}"{dashes}/>'
        )

    def text(self, x: float, y: float, text: str, *, bold: bool = False, color: str = "#1b1f24") -> None:
        """Draws one line of text; `y` is its upper edge."""
        size = TITLE_SIZE if bold else TEXT_SIZE
        weight = ' font-weight="bold"' if bold else ""
        self._grow(x + text_width(text, bold), y + LINE_HEIGHT)
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y + size)}" font-size="{size}" fill="{color}"{weight}>{escape(text)}</text>'
        )

    def arrow(self, points: list[tuple[float, float]], *, color: str, head: bool = True) -> None:
        """Draws a line through the points, with an arrowhead at its end."""
        path = " ".join(f"{'L' if index else 'M'}{_n(x)} {_n(y)}" for index, (x, y) in enumerate(points))
        self._parts.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.6"/>')
        if head:
            (x, y), (before, _) = points[-1], points[-2]
            back = x - 8 if before < x else x + 8
            self._parts.append(
                f'<path d="M{_n(x)} {_n(y)}L{_n(back)} {_n(y - 4)}L{_n(back)} {_n(y + 4)}Z" fill="{color}"/>'
            )

    def document(self, margin: float) -> str:
        """The SVG document, with a margin around the drawing."""
        width, height = _n(self._width + margin), _n(self._height + margin)
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="img" font-family={quoteattr(_FONTS)}>'
        )
        return "\n".join(
            [
                '<?xml version="1.0" encoding="UTF-8"?>',
                opening,
                f"<title>{escape(self._title)}</title>",
                f"<desc>{escape(self._description)}</desc>",
                f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
                *self._parts,
                "</svg>",
                "",
            ]
        )

    def _grow(self, right: float, bottom: float) -> None:
        self._width, self._height = max(self._width, right), max(self._height, bottom)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
