"""`voice definitions`: the CRDs and chart schemas of the simulated Kubernetes, from pinned Go modules.

Owns the download, the checksums and the files; `tools/definitions_content.py` transforms the content. The modules,
their versions and the parts to keep are data (tools/definitions.yaml). The same data gives the same files, byte by
byte.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import helm_python
import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tools.definitions_content import KeyKind, Schema, closed_schema, definition, keys
from tools.errors import CommandError
from tools.generated_files import PROJECT, Check, write_or_check

DATA: Final = Path(__file__).with_name("definitions.yaml")
KUBERNETES: Final = PROJECT / "packages" / "azure-rehearsal" / "src" / "azure_rehearsal" / "kubernetes"
DEFINITIONS: Final = KUBERNETES / "definitions"
CHARTS: Final = KUBERNETES / "charts"
LICENSE_FILE: Final = DEFINITIONS / "LICENSE-Apache-2.0.txt"

_GENERATED: Final = "Written by `voice definitions` from tools/definitions.yaml; do not edit."
_DEFINITION: Final = "CustomResourceDefinition"
_DOCUMENTS: Final = re.compile(r"(?m)^---\s*$")
_LICENSES: Final = {"Apache-2.0": ("Apache License", "Version 2.0, January 2004")}
"""The words that the license file of a module must contain, by SPDX name."""
_COPYRIGHT: Final = re.compile(r"^\s*(Copyright (?![\[{]).*\S)", re.MULTILINE)
"""A copyright line in a license file; the example in the license itself has its year in brackets."""


class CannotGenerate(CommandError):
    """A module is missing or has unexpected content, so nothing is written."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Chart(_Data):
    """A chart by its short name, with its version in model/charts.py."""

    name: str
    version: str


class Source(_Data):
    """A pinned Go module. `sum` is Go's checksum of its content (`h1:…`)."""

    module: str
    version: str
    sum: str = Field(pattern=r"^h1:.+=$")
    license: Literal["Apache-2.0"]
    chart: Chart | None = None
    why: str = ""

    def header(self, folder: Path) -> dict[str, Any]:
        """The first entries of a file. Raises `CannotGenerate` if the module has another license."""
        notice = folder / "NOTICE"
        further = {
            "copyright": "; ".join(_COPYRIGHT.findall(_license_text(self, folder))),
            "notice": notice.read_text() if notice.is_file() else "",
            "why": self.why,
        }
        head = {"generated": _GENERATED, "module": self.module, "version": self.version, "license": self.license}
        return {**head, **{name: text for name, text in further.items() if text}}


class Definitions(Source):
    """CustomResourceDefinitions: the `kinds` in the `files` (patterns), optionally under another `group`."""

    files: tuple[str, ...] = Field(min_length=1)
    kinds: tuple[str, ...] = Field(min_length=1)
    group: str = ""


class Values(Source):
    """The values of a chart: the file of its `schema`, or the files of its `defaults` by the key that contains them."""

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
    """All of tools/definitions.yaml; the name of an entry is the name of the file to write."""

    license_text_of: str
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
        if name == data.license_text_of:
            written[LICENSE_FILE] = _license_text(source, folder)
    for name, values in data.values.items():
        written[CHARTS / f"{name}.json"] = values_text(values, module_folder(values, offline))
    return written


def module_folder(source: Source, offline: bool = False) -> Path:
    """The module's folder in Go's cache, downloaded if missing. Raises `CannotGenerate`."""
    if shutil.which("go") is None:
        raise CannotGenerate(
            "Go is not on PATH; it downloads the modules. Fix: install it (https://go.dev/doc/install)."
        )
    # tools/definitions.yaml pins the checksum, so Go's checksum database is not needed.
    environment = {**os.environ, "GOFLAGS": "", "GOWORK": "off", "GOSUMDB": "off"}
    if offline:
        environment["GOPROXY"] = "off"
    with tempfile.TemporaryDirectory() as elsewhere:  # outside of any folder with a go.mod
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
            f"{source.module}@{source.version} has the checksum {answer['Sum']}. Expected: {source.sum}, as in "
            "tools/definitions.yaml. Fix: for a new version, pin the new checksum; otherwise find out what changed."
        )
    return Path(answer["Dir"])


def definitions_text(source: Definitions, folder: Path) -> str:
    """A file of definitions, one per line, so that a diff shows which ones changed."""
    found: dict[str, Schema] = {}
    for item in _documents(source, folder):
        if item.get("kind") == _DEFINITION and item["spec"]["names"]["kind"] in source.kinds:
            kept = definition(item, source.group)
            found[kept["metadata"]["name"]] = kept
    missing = set(source.kinds) - {item["spec"]["names"]["kind"] for item in found.values()}
    if missing:
        raise CannotGenerate(
            f"{source.module}@{source.version} has no {', '.join(sorted(missing))}. Fix: correct its `kinds`."
        )
    head = json.dumps(source.header(folder), indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = (
        json.dumps(found[name], separators=(",", ":"), sort_keys=True, ensure_ascii=False) for name in sorted(found)
    )
    return head + ',\n "definitions": [\n' + ",\n".join(lines) + "\n]}\n"


def values_text(source: Values, folder: Path) -> str:
    """A file with the values that a chart accepts."""
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
    """The YAML documents of the files, parsed by Helm: PyYAML gives some scalars another type."""
    for pattern in source.files:
        files = sorted(folder.glob(pattern))
        if not files:
            raise CannotGenerate(f"{source.module}@{source.version} has no file {pattern}. Fix: correct its `files`.")
        for file in files:
            for document in _DOCUMENTS.split(file.read_text()):
                content = helm_python.values_from_yaml(document) if document.strip() else None
                if content:
                    yield content


def _license_text(source: Source, folder: Path) -> str:
    """The module's license. Raises `CannotGenerate` if it differs from tools/definitions.yaml."""
    file = next((file for name in ("LICENSE", "LICENSE.md") if (file := folder / name).is_file()), None)
    text = file.read_text() if file else ""
    if not all(words in text for words in _LICENSES[source.license]):
        raise CannotGenerate(
            f"{source.module}@{source.version} is not licensed under {source.license}. Fix: read {folder}."
        )
    return text


def obsolete(texts: dict[Path, str]) -> set[Path]:
    """The JSON files that no entry of tools/definitions.yaml generates."""
    return {file for folder in (DEFINITIONS, CHARTS) for file in folder.glob("*.json")} - texts.keys()


def main(
    check: Check = False,
    offline: Annotated[bool, typer.Option("--offline", help="Use Go's module cache; download nothing.")] = False,
) -> None:
    """Writes the simulator's CRDs and chart schemas from pinned Go modules (needs Go).

    Run it after you change tools/definitions.yaml, which lists the modules with versions and checksums. It downloads
    modules that are not in Go's cache, and removes files that no entry generates.

    Example: `voice definitions --check --offline`

    Exit codes: 0 up to date or written, 1 out of date (--check), or a module is missing or has unexpected content, 2
    wrong usage.
    """
    texts = generate(load(), offline)
    write_or_check("definitions", texts, check=check, obsolete=obsolete(texts))
