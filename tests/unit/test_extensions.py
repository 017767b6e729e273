"""`extensions.py` in the project root: the example of docs/extending.md works, and mistakes are reported."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pulumi
import pytest

from components.aks_region import AksRegion
from components.platform import VoicePlatform
from settings.loader.stack_file import NAMESPACE, read_sections
from tests.unit.graph import Graph
from tests.unit.harness import build
from tests.unit.stacks import ANSWERS, PROJECT, cluster_identity, graph_of

STACK_FILE = PROJECT / "Pulumi.staging.yaml"
GUIDE = (PROJECT / "docs" / "extending.md").read_text()
CLUSTER = "azure-native:containerservice:ManagedCluster"


def build_with(extensions: str, folder: Path) -> Graph:
    """The graph of staging with this `extensions.py` next to `__main__.py`."""
    sections = read_sections(STACK_FILE)
    secrets = {name: f"value of {name}" for name in sections.get("secrets", {})}
    program = Path(shutil.copy(PROJECT / "__main__.py", folder))
    (folder / "extensions.py").write_text(extensions)
    return build(
        lambda: runpy.run_path(str(program), run_name="__main__"),
        config={f"{NAMESPACE}:{name}": value for name, value in {**sections, "secrets": secrets}.items()},
        secret_keys=[f"{NAMESPACE}:secrets"],
        invokes=ANSWERS,
        computed={CLUSTER: cluster_identity},
    )


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    (code,) = re.findall(r"^```python\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
    return build_with(code, tmp_path_factory.mktemp("project"))


def test_the_example_adds_its_resources_and_changes_no_urn_of_the_platform(example: Graph) -> None:
    added = {resource.urn for resource in example.resources} - {item.urn for item in graph_of(STACK_FILE).resources}
    assert {urn.split("::", 2)[2] for urn in added} == {
        "azure-native:storage:StorageAccount::reports",
        "kubernetes:core/v1:ConfigMap::reports",
    }
    assert len(example.resources) == len(graph_of(STACK_FILE).resources) + 2


def test_the_example_uses_the_scope_and_the_provider_of_the_region(example: Graph) -> None:
    account = example.one("azure-native:storage:StorageAccount", "reports")
    group = example.one("azure-native:resources:ResourceGroup", "voice-eastus-resource-group")
    assert account.value("resourceGroupName") == group.value("resourceGroupName")
    assert account.value("tags") == group.value("tags")
    provider = example.one("pulumi:providers:kubernetes")
    config_map = example.one("kubernetes:core/v1:ConfigMap", "reports")
    assert config_map.provider == provider.urn
    assert config_map.value("data.account") == account.value("accountName")


def test_the_example_adds_an_export(example: Graph) -> None:
    plain = graph_of(STACK_FILE).exports
    assert example.exports.keys() - plain.keys() == {"reportsAccount"}
    assert {key: example.exports[key] for key in plain} == dict(plain)


def test_the_transformation_of_the_example_tags_only_the_cluster(example: Graph) -> None:
    tagged = [item.type for item in example.resources if "billing-code" in (item.inputs.get("tags") or {})]
    assert tagged == [CLUSTER]


def test_a_file_without_either_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match="neither `prepare` nor `extend`"):
        build_with("def extends(platform):\n    pass\n", tmp_path)


def test_an_export_of_the_platform_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pulumi.RunError, match="exports that the platform has: clusterName"):
        build_with("def extend(platform):\n    return {'clusterName': 'mine', 'other': 1}\n", tmp_path)


def test_extend_may_return_nothing(tmp_path: Path) -> None:
    graph = build_with("def extend(platform):\n    platform.region.scope.names\n", tmp_path)
    assert graph.exports == graph_of(STACK_FILE).exports


def test_upstream_ships_no_extensions() -> None:
    assert not (PROJECT / "extensions.py").exists(), "users own this file; upstream must not ship one"


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`platform\.([\w.]+)`", GUIDE))), ids=lambda path: f"platform.{path}"
)
def test_the_guide_names_only_attributes_that_exist(path: str) -> None:
    owner: type = VoicePlatform
    for name in path.split("."):
        assert name in owner.__annotations__, f"{owner.__name__} has no attribute {name}"
        owner = AksRegion
