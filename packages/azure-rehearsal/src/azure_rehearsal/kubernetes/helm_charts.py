"""Renders charts with real Helm (`helm-python-sdk`) for a cluster's version and kinds, without contacting a cluster.

Supports charts on this machine: a folder or a `.tgz`. `lookup` in templates finds nothing. YAML is parsed by Helm's own
parser, because Python's parser reads some scalars differently.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import helm_python

# The published `Chart.render` does not pass capabilities to the library.
from helm_python import _native

from azure_rehearsal.kubernetes.cluster import Cluster, Object
from azure_rehearsal.kubernetes.objects import annotation
from azure_rehearsal.protocol.values import SIGNATURE_KEY

_HOOK: Final = "helm.sh/hook"
RESOURCE_POLICY: Final = "helm.sh/resource-policy"
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_DOCUMENT_SEPARATOR: Final = re.compile(r"(?:^|\s*\n)---\s*")
_EXCERPT_CHARACTERS: Final = 100
_NOT_MANIFESTS: Final = ("NOTES.txt",)


class ChartError(Exception):
    """A chart that cannot be loaded or rendered. The message is Helm's, or names an unsupported feature."""

    def __init__(self, message: str, remediation: str = "") -> None:
        super().__init__(message)
        self.remediation = remediation


@dataclass(frozen=True)
class Rendered:
    """A rendered chart: CRDs from `crds/`, objects from its templates, and hooks."""

    definitions: list[Object] = field(default_factory=list)
    objects: list[Object] = field(default_factory=list)
    hooks: list[Object] = field(default_factory=list)


def local_path(chart: str, directory: Path) -> Path | None:
    """The path of a chart on this machine; `None` for a chart that would have to be downloaded."""
    path = directory / Path(chart).expanduser()
    if path.is_dir():
        return path if (path / "Chart.yaml").is_file() else None
    return path if path.is_file() else None


def load(path: Path, update_dependencies: bool = False) -> helm_python.Chart:
    """Loads an installable chart. Raises `ChartError`.

    `update_dependencies` first downloads declared dependencies, as `helm dependency update` does.
    """
    try:
        if update_dependencies and path.is_dir():
            helm_python.dependency_update(path)
        chart = _without_links(path)
        details, loaded = chart.metadata, {dependency["name"] for dependency in chart.dependencies}
    except helm_python.HelmError as error:
        raise ChartError(f"{path}: {error}", "Correct the chart; `helm lint` shows details.") from error
    if details.get("type") == "library":
        raise ChartError(f"{path}: library charts are not installable")
    missing = sorted({dependency["name"] for dependency in details.get("dependencies") or []} - loaded)
    if missing:
        raise ChartError(
            f"{path}: found in Chart.yaml, but missing in charts/ directory: {', '.join(missing)}",
            "Run `helm dependency build`, or set `dependencyUpdate`.",
        )
    return chart


def _without_links(path: Path) -> helm_python.Chart:
    """Copies a chart that contains symbolic links: Helm follows them, but logs a line to stderr for each."""
    if path.is_file() or not any(item.is_symlink() for item in path.rglob("*")):
        return helm_python.Chart.load(path)
    with tempfile.TemporaryDirectory(prefix="chart-") as folder:
        return helm_python.Chart.load(shutil.copytree(path, Path(folder) / path.name))


def render(
    chart: helm_python.Chart, values: Object, name: str, namespace: str, cluster: Cluster, revision: int = 1
) -> Rendered:
    """Renders a chart as an installation (`revision` 1) or an upgrade. Raises `ChartError`."""
    version = cluster.version if cluster.version.count(".") > 1 else f"{cluster.version}.0"
    options = {
        "name": name,
        "namespace": namespace,
        "revision": revision,
        "is_install": revision == 1,
        "is_upgrade": revision > 1,
        "kube_version": f"v{version}",
        "api_versions": cluster.api_versions(),
    }
    try:
        helm_python.validate_release_name(name)
        answer = _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(options))  # noqa: SLF001
        definitions = [item for file in chart.crds for item in _objects(file["name"], file["data"])]
    except helm_python.HelmError as error:
        raise ChartError(str(error), "Correct the chart or its values.") from error
    files: dict[str, str] = json.loads(answer)
    manifests = {path: text for path, text in files.items() if Path(path).name not in _NOT_MANIFESTS}
    items = [item for path, text in sorted(manifests.items()) for item in _objects(path, text)]
    return Rendered(
        definitions,
        [item for item in items if annotation(item, _HOOK) is None],
        [item for item in items if annotation(item, _HOOK) is not None],
    )


def merged_values(inputs: dict[str, Any], directory: Path) -> Object:
    """The values of a chart or a release: the values files in order, then `values`. Raises `ChartError`."""
    result: Object = {}
    for asset in inputs.get("valueYamlFiles") or []:
        try:
            content = helm_python.values_from_yaml(_asset_text(asset, directory))
        except helm_python.HelmError as error:
            raise ChartError(f"valueYamlFiles: {error}") from error
        _merge(result, content)
    _merge(result, inputs.get("values") or {})
    return result


def _asset_text(asset: Any, directory: Path) -> str:
    if isinstance(asset, dict) and asset.get(SIGNATURE_KEY) == _ASSET:
        if "text" in asset:
            return asset["text"]
        if "path" in asset:
            return (directory / asset["path"]).read_text()
    raise ChartError(
        "valueYamlFiles accepts only file and string assets", "Use pulumi.FileAsset or pulumi.StringAsset."
    )


def _merge(target: Object, addition: Object) -> None:
    """Merges as Helm does: maps are merged, every other value is replaced, also by null."""
    for name, value in addition.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = value


def _objects(file: str, text: str) -> Iterator[Object]:
    """The objects of a rendered file, with lists expanded."""
    for document in _DOCUMENT_SEPARATOR.split(text):
        if not document.strip():
            continue
        try:
            content = helm_python.values_from_yaml(document)
        except helm_python.HelmError as error:
            raise ChartError(
                f"{file}: {error}", "Correct the template: its output is not valid YAML (see `helm template`)."
            ) from error
        if content:
            yield from _expanded(file, content)


def _expanded(file: str, content: Object) -> Iterator[Object]:
    if content.get("kind", "").endswith("List") and isinstance(content.get("items"), list):
        for item in content["items"]:
            yield from _expanded(file, item)
        return
    excerpt = json.dumps(content)[:_EXCERPT_CHARACTERS]
    if not isinstance(content.get("apiVersion"), str) or not isinstance(content.get("kind"), str):
        raise ChartError(f"{file}: Kubernetes resources require a kind and apiVersion: {excerpt}")
    if not (content.get("metadata") or {}).get("name"):
        raise ChartError(f"{file}: Kubernetes resources require a .metadata.name: {excerpt}")
    yield content
