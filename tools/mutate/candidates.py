"""Chooses mutants: `python candidates.py --count 200 --seed 1 PATH …` writes one JSON object a line.

Runs in the environment that has cosmic-ray, and imports nothing of the project but the file next to it. Each place in
the code is chosen at most once, so an operator with many variants does not crowd out the others. Half of the mutants
come from cosmic-ray's operators and half from ours, which have many more places.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from operators import OPERATORS

# A place in the code and the operators' common name (`ReplaceBinaryOperator`); the value lists operator and occurrence.
Site = tuple[str, tuple[int, int], tuple[int, int], str]
Variant = tuple[Any, int]

TYPES_ONLY: Final = "ReplaceBinaryOperator"
"""In an annotation `|` joins types: another operator there is an error or has no effect."""


def operators() -> list[Any]:
    """cosmic-ray's operators that need no arguments, and ours."""
    known = [get_operator(name) for name in sorted(operator_names())]
    return [operator() for operator in (*known, *OPERATORS) if not operator.arguments()]


def sites(path: Path, known: list[Any]) -> dict[Site, list[Variant]]:
    """Every place of a file that can be mutated."""
    found: defaultdict[Site, list[Variant]] = defaultdict(list)
    nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
    for operator in known:
        family = type(operator).__name__.split("_")[0]
        positions = ((node, *place) for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (node, start, end) in enumerate(positions):
            if not (family == TYPES_ONLY and (_is_unpacking(node) or _is_in_annotation(node))):
                found[str(path), start, end, family].append((operator, occurrence))
    return found


def _is_unpacking(node: Any) -> bool:
    """Whether this `*` or `**` is no arithmetic: `*arguments`, `**options`, or the mark before keyword-only ones."""
    if node.type != "operator" or node.value not in ("*", "**"):
        return False
    return node.parent.type not in ("term", "power") or node.parent.children[0] is node


def _is_in_annotation(node: Any) -> bool:
    """Whether a node belongs to the annotation of a variable, an argument or a result."""
    while node.parent is not None:
        parent = node.parent
        if parent.type == "annassign" and parent.children[1] is node:
            return True
        if parent.type == "tfpdef" or (parent.type == "funcdef" and parent.annotation is node):
            return True
        node = parent
    return False


def mutants(paths: list[Path], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """At most `count` mutants, drawn with `seed` from all that can be made."""
    chance, known = random.Random(seed), operators()
    found: dict[Site, list[Variant]] = {}
    for path in sorted(paths):
        found |= sites(path, known)
    made = 0
    for place in _alternating(sorted(found), chance):
        if made == count:
            return
        operator, occurrence = chance.choice(found[place])
        path = Path(place[0])
        original = path.read_text(encoding="utf-8")
        code = mutate_code(original, operator, occurrence)
        if code is None or code == original or not _compiles(code):
            continue
        made += 1
        yield {"path": place[0], "line": place[1][0], "operator": type(operator).__name__, "code": code}


def _alternating(places: list[Site], chance: random.Random) -> Iterator[Site]:
    """All places in random order: one of cosmic-ray's operators, one of ours, and so on."""
    own = {operator.__name__ for operator in OPERATORS}
    groups = [place for place in places if place[3] not in own], [place for place in places if place[3] in own]
    for group in groups:
        chance.shuffle(group)
    for pair in itertools.zip_longest(*groups):
        yield from (place for place in pair if place is not None)


def _compiles(code: str) -> bool:
    try:
        warnings.simplefilter("ignore")
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description="Chooses mutants and writes them as JSON, one a line.")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    options = parser.parse_args()
    for mutant in mutants(options.paths, options.count, options.seed):
        sys.stdout.write(json.dumps(mutant) + "\n")


if __name__ == "__main__":
    main()
