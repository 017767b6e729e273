"""Operators for declarative code, in the form of cosmic-ray's: they drop what a declaration consists of.

cosmic-ray changes numbers, comparisons, conditions and constants. Most of this program is calls with keyword arguments
and tables of names, so these operators drop a keyword argument, an element or a statement, and change a name in quotes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, ClassVar

import parso
from cosmic_ray.operators.operator import Example, Operator

Position = tuple[tuple[int, int], tuple[int, int]]


class _Drop(Operator):
    """Removes one child of a node, with the comma next to it."""

    def droppable(self, node: Any) -> list[Any]:
        """The children that can go."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        for child in self.droppable(node):
            yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        child = self.droppable(node)[index]
        place = node.children.index(child)
        following = node.children[place + 1 : place + 2]
        if following and following[0].type == "operator" and following[0].value == ",":
            del node.children[place : place + 2]
        elif place and node.children[place - 1].type == "operator" and node.children[place - 1].value == ",":
            del node.children[place - 1 : place + 1]
        else:
            del node.children[place]
        return node


class DropKeywordArgument(_Drop):
    """`f(a, enabled=True)` becomes `f(a)`."""

    def droppable(self, node: Any) -> list[Any]:
        if node.type not in ("arglist", "trailer"):
            return []
        return [child for child in node.children if child.type == "argument" and child.children[0].type == "name"]

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example("f(a, enabled=True)", "f(a)"),
            Example("f(enabled=True, b=1)", "f( b=1)"),
            Example("f(enabled=True)", "f()"),
        )


class DropElement(_Drop):
    """`[a, b]` becomes `[b]`; a pair of parentheses keeps its only element's comma."""

    def droppable(self, node: Any) -> list[Any]:
        if node.type != "testlist_comp" or any(child.type in ("sync_comp_for", "comp_for") for child in node.children):
            return []
        elements = [child for child in node.children if not (child.type == "operator" and child.value == ",")]
        least = 1 if node.parent.children[0].value == "[" else 2
        return elements if len(elements) > least else []

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("x = [1, 2]", "x = [ 2]"), Example("x = (1, 2, 3)", "x = (1, 3)", occurrence=1))


class DropStatement(Operator):
    """A statement that only calls something becomes `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "simple_stmt" and node.children[0].type in ("atom_expr", "power"):
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        del index
        call = node.children[0]
        node.children[0] = parso.python.tree.Keyword("pass", call.start_pos, call.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("f(1)\n", "pass\n"),)


class ReplaceName(Operator):
    """`"name"` becomes `"namex"`. Leaves prose (text with spaces), docstrings and parts of f-strings alone."""

    SUFFIX: ClassVar = "x"

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "string" and node.parent.type not in ("simple_stmt", "strings"):
            text = ast.literal_eval(node.value)
            if isinstance(text, str) and text and not any(character.isspace() for character in text):
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        del index
        quote = node.value[-1]
        node.value = node.value[:-1] + self.SUFFIX + quote
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example('x = "name"', 'x = "namex"'),)


OPERATORS = (DropKeywordArgument, DropElement, DropStatement, ReplaceName)
