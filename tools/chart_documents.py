"""Writes what is said of charts' values more than once: `values.schema.json` and the table in `README.md`, from
`own-values.yaml` and the values that charts share: `python -m tools.chart_documents [--check]`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

CHARTS: Final = Path(__file__).parent.parent / "charts"
SHARED: Final = CHARTS / "voice-library" / "shared-values.yaml"
OWN: Final = "own-values.yaml"
TABLE: Final = "<!-- The table is made by `make chart-documents`. -->"


def charts() -> list[Path]:
    """Every chart that can be installed, in order."""
    return sorted(path.parent for path in CHARTS.glob(f"*/{OWN}"))


def schema(chart: Path) -> dict[str, Any]:
    """The JSON schema of a chart's values. Raises `KeyError` for a shared value that does not exist."""
    shared, own = yaml.safe_load(SHARED.read_text()), yaml.safe_load((chart / OWN).read_text())
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Values of chart {chart.name}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{name: shared[name] for name in own["shared"]},
            **own["own"],
            # Helm gives these to every chart, and the library's to the charts that have it.
            "global": {"type": "object"},
            "voice-library": {"type": "object"},
        },
    }


def table(chart: Path) -> str:
    """The values as a Markdown table: each key, its default, what it is."""
    defaults = yaml.safe_load((chart / "values.yaml").read_text())
    properties = schema(chart)["properties"]
    lines = ["| value | default | what it is |", "|---|---|---|"]
    for name in (name for name in properties if name in defaults):
        for path, default, description in _rows(name, properties[name], defaults[name]):
            shown = json.dumps(default).replace("|", "\\|")
            lines.append(f"| `{path}` | `{shown}` | {description} |")
    return "\n".join(lines)


def _rows(path: str, node: dict[str, Any], default: Any) -> Iterator[tuple[str, Any, str]]:
    inner = node.get("properties", {})
    if inner and isinstance(default, dict):
        for name, item in inner.items():
            if name in default:
                yield from _rows(f"{path}.{name}", item, default[name])
        return
    yield path, default, node.get("description", "").rstrip(".")


def documents() -> dict[Path, str]:
    """Every file that is made, with its text."""
    made: dict[Path, str] = {}
    for chart in charts():
        made[chart / "values.schema.json"] = json.dumps(schema(chart), indent=2) + "\n"
        readme = chart / "README.md"
        head = readme.read_text().partition(TABLE)[0] if readme.exists() else f"# {chart.name}\n\n"
        made[readme] = f"{head}{TABLE}\n\n{table(chart)}\n"
    return made


def main() -> None:
    stale = {path: text for path, text in documents().items() if not path.exists() or path.read_text() != text}
    if "--check" in sys.argv:
        if stale:
            names = ", ".join(str(path.relative_to(CHARTS.parent)) for path in stale)
            sys.exit(f"not what chart values say: {names}. Run `make chart-documents`.")
        return
    for path, text in stale.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
