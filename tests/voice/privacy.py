"""Finds the numbers of a call in the output of a workload. docs/privacy.md lists where they are allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

SIGNIFICANT_DIGITS = 7
"""The last digits of a number, which are in every notation of it."""


def numbers_in(texts: Mapping[str, str], numbers: Iterable[str]) -> list[str]:
    """The lines of `texts` (a text for each source) that contain one of the numbers in any notation."""
    endings = [re.sub(r"\D", "", number)[-SIGNIFICANT_DIGITS:] for number in numbers]
    return [
        f"{place}: {line}"
        for place, text in texts.items()
        for line in text.splitlines()
        if any(ending in re.sub(r"(?<=\d)[ ().-](?=\d)", "", line) for ending in endings)
    ]
