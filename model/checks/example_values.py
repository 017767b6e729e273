"""What follows from example values: class `production` refuses them, other classes and examples get warnings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.checks.rules import Rules
from model.example_values import ExampleValue, example_values, is_example
from settings.schema.errors import Problem
from settings.schema.stack import StackSettings

SHOWN: Final = 3
"""Example values that the warning about a marked example shows."""


def _production_has_no_example_values(settings: StackSettings) -> Iterator[Problem]:
    if settings.stack_class != "production" or settings.example:
        return
    for found in example_values(settings):
        yield Problem(
            "example-value-in-production",
            found.path,
            found.value,
            "a value of your own in class `production`",
            "Replace it, or remove it if the stack does not need it.",
            wrong=f"is `{found.value}`, {found.kind}",
        )


def _examples_have_an_example_subscription(settings: StackSettings) -> Iterator[Problem]:
    if settings.example and not is_example(settings.azure.subscription_id):
        yield Problem(
            "example-with-subscription",
            "voice:example",
            True,
            "false, because `voice:azure.subscriptionId` is a subscription of your own and class `production` must"
            " refuse the example values that remain",
            "Remove the setting.",
        )


def example_warnings(settings: StackSettings) -> list[str]:
    """Returns one warning about the example values of a stack, or none.

    A stack that sets `voice:example` gets a short one, because it cannot be deployed to Azure anyway.
    """
    found = list(example_values(settings))
    if not found:
        return []
    count = f"{len(found)} example value{'s' if len(found) > 1 else ''}"
    if settings.example:
        shown = ", ".join(f"`{item.path}`" for item in found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
        return [f"This stack is an example (`voice:example`) with {count}: {shown}. Azure does not accept them."]
    lines = "\n".join(f"  - {_line(item)}" for item in found)
    return [f"The stack file has {count}. Replace them before you deploy to Azure:\n{lines}"]


def _line(found: ExampleValue) -> str:
    return f"`{found.path}` is `{found.value}`, {found.kind}."


EXAMPLE_RULES: Final[Rules[StackSettings]] = {
    "production has no example values": _production_has_no_example_values,
    "examples have an example subscription": _examples_have_an_example_subscription,
}
