"""The resources of each stack file equal its golden inventory."""

from __future__ import annotations

import itertools

import pytest

from tools.inventory.declared import declare, stack_files
from tools.inventory.files import GOLDEN, RENEW, differences, files_of

_SHOWN = 60
"""The number of lines of a difference that a failure shows."""


@pytest.mark.parametrize("stack", stack_files())
def test_a_stack_equals_its_golden_inventory(stack: str) -> None:
    found = differences(stack, files_of(declare(stack)))
    shown = list(itertools.islice(found, _SHOWN))
    rest = sum(1 for _ in found)
    if shown:
        more = [f"… and {rest} more lines"] if rest else []
        intended = f"If you intend this change, run `{RENEW}` and commit tests/golden/{stack}."
        pytest.fail(
            "\n".join([f"Stack {stack} differs from tests/golden/{stack}. {intended}", *shown, *more]), pytrace=False
        )


def test_every_inventory_belongs_to_a_stack_file() -> None:
    folders = {
        path.name
        for path in GOLDEN.iterdir()
        if path.is_dir() and not path.name.startswith(("urns-", "variants", "__"))
    }
    assert folders == set(stack_files())
