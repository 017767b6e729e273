"""Markdown with a maximum length, and escaping of untrusted text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

OPEN_LINES: Final = 8
"""Lines; longer lists are collapsed."""

_MORE_ROOM: Final = len("- …and 999999 more\n")
_SPECIAL: Final = re.compile(r"([\\`*_\[\]~|#])")


class Page:
    """Text of at most `limit` characters. States the number of lines that do not fit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.text = ""

    @property
    def left(self) -> int:
        return self._limit - len(self.text)

    def add(self, *lines: str) -> None:
        """Adds lines without a check of their length."""
        self.text += _joined(lines)

    def listing(self, lines: Sequence[str], room: int) -> None:
        """Adds the lines that fit into `room` characters, and the number of omitted ones."""
        if lines:
            self.add(*_fitting(lines, room - 1), "")

    def section(self, name: str, title: str, lines: Sequence[str], room: int) -> bool:
        """Adds a titled list, with `name` as code; collapsed if it is long. Returns whether it fits."""
        if len(lines) > OPEN_LINES:
            inner = f"<code>{html.escape(name)}</code> {html.escape(title)}" if name else html.escape(title)
            head, foot = ["<details>", f"<summary>{inner}</summary>", ""], ["", "</details>", ""]
        else:
            head, foot = [f"{code(name)} {title}" if name else title, ""], [""]
        frame = len(_joined([*head, *foot]))
        if frame + _MORE_ROOM > room:
            return False
        self.add(*head, *_fitting(lines, room - frame), *foot)
        return True


def code(text: str) -> str:
    """Text as inline code on one line, with enough backticks around it."""
    text = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str) -> str:
    """Text on one line, with markup, HTML and mentions escaped."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    return _SPECIAL.sub(r"\\\1", escaped.replace("@", "&commat;"))


def clipped(text: str, length: int) -> str:
    """The text, cut to `length` characters with the number of omitted ones."""
    return text if len(text) <= length else f"{text[:length]}… ({len(text) - length} more characters)"


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    if len(_joined(lines)) <= room:
        return list(lines)
    room -= _MORE_ROOM
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return [*kept, f"- …and {len(lines) - len(kept):,} more"]
