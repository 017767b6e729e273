"""Writes what recorded Kubernetes knows of custom resources and third-party charts, from pinned Go modules.

    python -m tools.definitions [--check] [--offline]

Which modules in which versions, and what of them, is data: tools/definitions.yaml. A module is had by the ordinary
`go mod download`, and its content must have the checksum that is pinned beside its version. What becomes of it is the
business of `tools/definitions_content.py`. The same data and modules give the same files, byte by byte.

`--check` writes nothing and fails where a file is not what would be written; `--offline` takes modules from Go's cache
only.

Exit status: 0 written, or up to date with --check; 1 a module cannot be had or has other content, a pinned kind is not
in it, or files are out of date; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import helm_python
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.definitions_content import KeyKind, Schema, closed_schema, definition, keys

PROJECT: Final = Path(__file__).resolve().parent.parent
DATA: Final = Path(__file__).with_name("definitions.yaml")
KUBERNETES: Final = PROJECT / "packages" / "azure-rehearsal" / "src" / "azure_rehearsal" / "kubernetes"
DEFINITIONS: Final = KUBERNETES / "definitions"
CHARTS: Final = KUBERNETES / "charts"
LICENCE_FILE: Final = DEFINITIONS / "LICENSE-Apache-2.0.txt"

_GENERATED: Final = "Written by `make definitions` from tools/definitions.yaml; do not edit."
_DEFINITION: Final = "CustomResourceDefinition"
_DOCUMENTS: Final = re.compile(r"(?m)^---\s*$")
_LICENCES: Final = {"Apache-2.0": ("Apache License", "Version 2.0, January 2004")}
"""What the licence file of a module must say, by its SPDX name."""
_COPYRIGHT: Final = re.compile(r"^\s*(Copyright (?![\[{]).*\S)", re.MULTILINE)
"""A holder's line in a licence file; the licence's own example has its year in brackets."""


class CannotGenerate(Exception):
    """Why nothing is written. The message says what to do."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chart(_Data):
    """A chart by its short name, in the version of model/charts.py."""

    name: str
    version: str


class Source(_Data):
    """A pinned Go module. `sum` is Go's own checksum of its content (`h1:…`)."""

    module: str
    version: str
    sum: str = Field(pattern=r"^h1:.+=$")
    licence: Literal["Apache-2.0"]
    chart: Chart | None = None
    why: str = ""

    def header(self, folder: Path) -> dict[str, Any]:
        """What stands first in a file. Raises `CannotGenerate` where the module is under another licence."""
        notice = folder / "NOTICE"
        further = {
            "copyright": "; ".join(_COPYRIGHT.findall(_licence_text(self, folder))),
            "notice": notice.read_text() if notice.is_file() else "",
            "why": self.why,
        }
        head = {"generated": _GENERATED, "module": self.module, "version": self.version, "licence": self.licence}
        return {**head, **{name: text for name, text in further.items() if text}}


class Definitions(Source):
    """CustomResourceDefinitions: the `kinds` of the `files` (patterns), by choice under another `group`."""

    files: tuple[str, ...] = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    group: str = ""


class Values(Source):
    """What a chart takes as values: the file of its `schema`, or files of `defaults` by the key they stand under."""

    chart: Chart
    values_schema: str = Field("", alias="schema")
    defaults: dict[str, str] = {}
    without: tuple[str, ...] = ()
    further: dict[str, KeyKind] = {}
    free: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Values:
        if bool(self.values_schema) == bool(self.defaults):
            raise ValueError("give either schema or defaults")
        return self


class Data(_Data):
    """All of tools/definitions.yaml; the names of entries are those of the files to write."""

    licence_text_of: str
    definitions: dict[str, Definitions]
    values: dict[str, Values]


def load() -> Data:
    return Data.model_validate(yaml.safe_load(DATA.read_text()))


def generate(data: Data, offline: bool = False) -> dict[Path, str]:
    """The content of every file. Raises `CannotGenerate`."""
    written: dict[Path, str] = {}
    for name, source in data.definitions.items():
        folder = module_folder(source, offline)
        written[DEFINITIONS / f"{name}.json"] = definitions_text(source, folder)
        if name == data.licence_text_of:
            written[LICENCE_FILE] = _licence_text(source, folder)
    for name, values in data.values.items():
        written[CHARTS / f"{name}.json"] = values_text(values, module_folder(values, offline))
    return written


def module_folder(source: Source, offline: bool = False) -> Path:
    """Where Go keeps the module, which is downloaded unless it is there. Raises `CannotGenerate`."""
    if shutil.which("go") is None:
        raise CannotGenerate("go is not on PATH: install Go (https://go.dev/doc/install), which downloads the modules.")
    # The checksum is pinned here: Go's checksum database need not be asked.
    environment = {**os.environ, "GOFLAGS": "", "GOWORK": "off", "GOSUMDB": "off"}
    if offline:
        environment["GOPROXY"] = "off"
    with tempfile.TemporaryDirectory() as elsewhere:  # no go.mod of a project may have a say
        done = subprocess.run(
            ["go", "mod", "download", "-json", f"{source.module}@{source.version}"],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {"Error": done.stderr.strip()}
    if answer.get("Error"):
        raise CannotGenerate(f"{source.module}@{source.version}: {answer['Error']}")
    if answer["Sum"] != source.sum:
        raise CannotGenerate(
            f"{source.module}@{source.version} has the checksum {answer['Sum']}, tools/definitions.yaml pins "
            f"{source.sum}. For a new version, pin the new checksum; for an old one, find out who changed it."
        )
    return Path(answer["Dir"])


def definitions_text(source: Definitions, folder: Path) -> str:
    """A file of definitions: one line for each, so that a new version shows which ones changed."""
    found: dict[str, Schema] = {}
    for item in _documents(source, folder):
        if item.get("kind") == _DEFINITION and item["spec"]["names"]["kind"] in source.kinds:
            kept = definition(item, source.group)
            found[kept["metadata"]["name"]] = kept
    missing = set(source.kinds) - {item["spec"]["names"]["kind"] for item in found.values()}
    if missing:
        raise CannotGenerate(f"{source.module}@{source.version} has no {', '.join(sorted(missing))}: see its `files`.")
    head = json.dumps(source.header(folder), indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = (
        json.dumps(found[name], separators=(",", ":"), sort_keys=True, ensure_ascii=False) for name in sorted(found)
    )
    return head + ',\n "definitions": [\n' + ",\n".join(lines) + "\n]}\n"


def values_text(source: Values, folder: Path) -> str:
    """A file that says which values a chart takes."""
    content = {**source.header(folder), "chart": source.chart.name, "chartVersion": source.chart.version}
    if source.values_schema:
        schema = json.loads((folder / source.values_schema).read_text())
        content |= {"source": source.values_schema, "schema": closed_schema(schema, source.without)}
    else:
        files = {place: (folder / file).read_text() for place, file in source.defaults.items()}
        defaults = {place: helm_python.values_from_yaml(text) for place, text in files.items()}
        content |= {"source": ", ".join(source.defaults.values()), "keys": keys(defaults, source.free, source.further)}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _documents(source: Definitions, folder: Path) -> Iterator[Schema]:
    """The YAML documents of the files, read by Helm's own reader: Python's takes some scalars for something else."""
    for pattern in source.files:
        files = sorted(folder.glob(pattern))
        if not files:
            raise CannotGenerate(f"{source.module}@{source.version} has no file {pattern}")
        for file in files:
            for document in _DOCUMENTS.split(file.read_text()):
                content = helm_python.values_from_yaml(document) if document.strip() else None
                if content:
                    yield content


def _licence_text(source: Source, folder: Path) -> str:
    """The module's licence. Raises `CannotGenerate` where it is another one than tools/definitions.yaml says."""
    file = next((file for name in ("LICENSE", "LICENSE.md") if (file := folder / name).is_file()), None)
    text = file.read_text() if file else ""
    if not all(words in text for words in _LICENCES[source.licence]):
        raise CannotGenerate(f"{source.module}@{source.version} is not under {source.licence}: see {folder}.")
    return text


def _out_of_date(wanted: Mapping[Path, str]) -> list[Path]:
    """The files that are not as they would be written, and those that nothing writes any more."""
    present = {file for folder in (DEFINITIONS, CHARTS) for file in folder.glob("*.json")}
    changed = {file for file, text in wanted.items() if not file.is_file() or file.read_text() != text}
    return sorted(changed | (present - wanted.keys()))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.definitions", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    parser.add_argument("--offline", action="store_true", help="take modules from Go's cache only")
    options = parser.parse_args(arguments)
    try:
        wanted = generate(load(), options.offline)
    except CannotGenerate as reason:
        print(reason, file=sys.stderr)
        return 1
    stale = _out_of_date(wanted)
    names = ", ".join(str(file.relative_to(PROJECT)) for file in stale)
    if options.check:
        if stale:
            print(f"out of date: {names}. Run make definitions and commit it.", file=sys.stderr)
        return 1 if stale else 0
    for file in stale:
        if file in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(wanted[file])
        else:
            file.unlink()
    print(f"Written: {names}." if stale else "All up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
