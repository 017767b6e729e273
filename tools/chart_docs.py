"""`voice chart-docs`: `values.schema.json` and the table of values in `README.md` of every chart.

Both come from the chart's `own-values.yaml` and `values.yaml` and from the values that charts share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from tools.generated_files import Check, write_or_check

CHARTS: Final = Path(__file__).parent.parent / "charts"
SHARED: Final = CHARTS / "voice-library" / "shared-values.yaml"
OWN: Final = "own-values.yaml"
TABLE: Final = "<!-- `voice chart-docs` writes the table. -->"


def charts() -> list[Path]:
    """The folder of every installable chart, sorted."""
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
            # Helm adds `global` to every chart, and `voice-library` to the charts that depend on the library.
            "global": {"type": "object"},
            "voice-library": {"type": "object"},
        },
    }


def table(chart: Path) -> str:
    """The values as a Markdown table: key, default, description."""
    defaults = yaml.safe_load((chart / "values.yaml").read_text())
    properties = schema(chart)["properties"]
    lines = ["| value | default | description |", "|---|---|---|"]
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


def texts() -> dict[Path, str]:
    """Every generated file and its text. The text of `README.md` above the table stays as it is."""
    generated: dict[Path, str] = {}
    for chart in charts():
        generated[chart / "values.schema.json"] = json.dumps(schema(chart), indent=2) + "\n"
        readme = chart / "README.md"
        head = readme.read_text().partition(TABLE)[0] if readme.exists() else f"# {chart.name}\n\n"
        generated[readme] = f"{head}{TABLE}\n\n{table(chart)}\n"
    return generated


def main(check: Check = False) -> None:
    """Writes values.schema.json and the table of values in README.md of every chart.

    Sources: own-values.yaml and values.yaml of the chart, and charts/voice-library/shared-values.yaml.

    Example: `voice chart-docs`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    write_or_check("chart-docs", texts(), check=check)
