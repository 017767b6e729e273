"""The files of a stack: their names, texts and differences from the committed ones.

tests/golden/<stack>/urns.txt         every resource as its types and name: equal URNs mean the same deployed resource
tests/golden/<stack>/program.yaml     components with their outputs, function calls, exports
tests/golden/<stack>/azure.yaml       Azure resources and what pulumi-random draws for them
tests/golden/<stack>/kubernetes.yaml  Kubernetes resources and charts with their values
tests/golden/<stack>/charts/*.yaml    the objects of each of our charts
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.unit.stacks import PROJECT
from tools.inventory.declared import Declared, Entry
from tools.inventory.document import document

GOLDEN: Final = PROJECT / "tests" / "golden"
RENEW: Final = ".venv/bin/voice inventory"


def files_of(declared: Declared) -> dict[str, str]:
    """Every file of a stack: path below the stack's folder, and text."""
    domains: dict[str, list[Entry]] = {"azure": [], "kubernetes": [], "components": []}
    for entry in declared.resources:
        domains[_domain(entry)].append(entry)
    objects = [entry for entries in declared.chart_objects.values() for entry in entries]
    program = {
        "components": _by_name(domains["components"]),
        "calls": sorted(declared.calls, key=lambda call: (call["function"], str(call["arguments"]))),
        "exports": declared.exports,
    }
    texts = {
        "program.yaml": document(program, declared.labels),
        "azure.yaml": document(_by_name(domains["azure"]), declared.labels),
        "kubernetes.yaml": document(_by_name(domains["kubernetes"]), declared.labels),
        **{
            f"charts/{chart}.yaml": document(_by_name(entries), declared.labels)
            for chart, entries in declared.chart_objects.items()
        },
    }
    urns = sorted(entry.urn for entry in [*declared.resources, *objects])
    return {"urns.txt": "\n".join(urns) + "\n", **texts}


def _domain(entry: Entry) -> str:
    if entry.type.startswith("voice:"):
        return "components"
    return "kubernetes" if entry.type.startswith(("kubernetes:", "pulumi:providers:kubernetes")) else "azure"


def _by_name(entries: Iterable[Entry]) -> dict[str, Any]:
    """Each resource below its name and type. A resource that moves within the program keeps its place in the file."""
    return {
        f"{entry.name} ({entry.type})": {
            **entry.options,
            **({"inputs": entry.inputs} if entry.inputs else {}),
            **({"outputs": entry.outputs} if entry.outputs else {}),
        }
        for entry in entries
    }


def committed(stack: str, golden: Path = GOLDEN) -> dict[str, str]:
    """The files of a stack as they are in the repository."""
    folder = golden / stack
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write(stack: str, files: dict[str, str], golden: Path = GOLDEN) -> list[str]:
    """Replaces the files of a stack; returns the paths of those that changed."""
    old = committed(stack, golden)
    changed = sorted(path for path in {*old, *files} if old.get(path) != files.get(path))
    for path in changed:
        target = golden / stack / path
        if path in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(files[path], encoding="utf-8")
        else:
            target.unlink()
    return [f"{stack}/{path}" for path in changed]


def differences(stack: str, files: dict[str, str], golden: Path = GOLDEN) -> Iterator[str]:
    """The lines of a unified diff from the committed files to these; none when they are equal."""
    old = committed(stack, golden)
    for path in sorted({*old, *files}):
        before, after = (side.get(path, "").splitlines() for side in (old, files))
        if before != after:
            lines = difflib.unified_diff(
                before, after, f"committed {stack}/{path}", f"program {stack}/{path}", n=1, lineterm=""
            )
            yield from _with_resources(lines, before)


def _with_resources(lines: Iterable[str], before: list[str]) -> Iterator[str]:
    """The diff with the resource of each hunk in its header, as git shows it."""
    for line in lines:
        if line.startswith("@@"):
            start = int(line.split()[1].split(",")[0][1:])
            inside = next((text for text in reversed(before[: max(start, 0)]) if text and text[0] not in " -"), "")
            yield f"{line} {inside.rstrip(':')}"
        else:
            yield line
