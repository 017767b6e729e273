"""The catalog of workloads and pools: each entry is complete, and every list of them is derived from it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from components.voice_workloads import voice_workloads
from model import workloads
from model.address_plan import Subnet
from model.identities import workload_accounts
from model.pools import MEDIA_POOLS, POOLS
from model.workloads import CATALOG, instances
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from model.workloads.workload import Workload
from settings.loader import load_stack_file
from settings.schema.aks import AksSettings
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import ImagesSettings
from tests.unit.stacks import PRODUCTION, PROJECT

every_workload = pytest.mark.parametrize("workload", CATALOG, ids=lambda workload: workload.name)

OTHER_MEANINGS = {
    "model/address_plan.py": {"livekit", "sip"},  # subnets
    "model/host_names.py": {"livekit", "sip", "api"},  # labels of DNS names
    "model/gateway.py": {"livekit", "api"},  # routes
    "model/tls_certificates.py": {"sip"},  # a certificate
    "model/traffic_profiles.py": {"sip"},  # a Traffic Manager profile
    "model/public_addresses.py": {"sip-edge"},  # an address
    "model/call_recording_rules.py": {"sip-edge", "agents"},  # rule groups
    "model/dashboards.py": {"agents"},  # a legend
    "components/network/security.py": {"sip-edge"},  # a rule of a security group
}
"""Strings that equal the name of a workload or pool and mean something else, by file."""


@every_workload
def test_the_module_of_a_workload_has_its_name(workload: Workload) -> None:
    module = importlib.import_module(f"model.workloads.{workload.module}")
    assert module.WORKLOAD is workload, f"model/workloads/{workload.module}.py must define {workload.name}"


@every_workload
def test_a_workload_has_its_chart_and_values_for_its_tests(workload: Workload) -> None:
    chart = PROJECT / "charts" / workload.name
    assert (chart / "Chart.yaml").is_file(), f"charts/{workload.name} is missing: the chart of the workload"
    for kind in ("minimal", "full"):
        values = Path("tests/charts/values") / f"{workload.name}-{kind}.yaml"
        assert (PROJECT / values).is_file(), f"{values} is missing: values with which tests render the chart"


@every_workload
def test_a_workload_has_a_values_function(workload: Workload) -> None:
    path = f"components/voice_workloads/{workload.module}.py"
    assert (PROJECT / path).is_file(), f"{path} is missing: the values of the chart"
    module = importlib.import_module(f"components.voice_workloads.{workload.module}")
    assert callable(getattr(module, "values", None)), f"{path} must define values(context)"


@every_workload
def test_a_workload_has_its_section_and_images_in_the_stack_file(workload: Workload) -> None:
    sections = {field.alias or name for name, field in AksStackSettings.model_fields.items()}
    assert workload.section in sections, f"settings/schema/aks_stack.py has no field for {workload.section}"
    missing = set(workload.images) - ImagesSettings.model_fields.keys()
    assert not missing, f"settings/schema/images.py has no image {sorted(missing)} for {workload.name}"


def test_every_values_module_belongs_to_a_workload() -> None:
    folder = PROJECT / "components" / "voice_workloads"
    defining = {path.stem for path in folder.glob("*.py") if "def values(context" in path.read_text()}
    left = sorted(defining - {workload.module for workload in CATALOG})
    assert not left, f"model/workloads has no module of the same name for components/voice_workloads: {left}"


def test_every_image_belongs_to_a_workload() -> None:
    used = {image for workload in CATALOG for image in workload.images}
    unused = sorted(ImagesSettings.model_fields.keys() - {"source"} - used)
    assert not unused, f"no workload of model/workloads runs the images {unused} of settings/schema/images.py"


def test_the_stack_file_has_all_media_pools() -> None:
    names = AksSettings.model_json_schema()["properties"]["mediaPools"]["propertyNames"]["enum"]
    assert {pool.name for pool in MEDIA_POOLS} == set(names)
    assert all(pool.subnet is not Subnet.WORKLOAD for pool in MEDIA_POOLS), "a media pool has its own subnet"


def test_host_ports_are_stated_only_for_pods_on_the_network_of_their_node() -> None:
    telephony = load_stack_file(PRODUCTION).telephony
    for workload in CATALOG:
        assert bool(workload.host_ports(telephony)) is workload.host_network
        assert set(workload.public_ports(telephony)) <= set(workload.host_ports(telephony))


@pytest.fixture
def two_agents(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A catalog in which the stack has two instances of the agent."""
    names = ("sales", "support")
    agent = replace(VOICE_AGENT, instances=lambda _, __: names)
    catalog = tuple(agent if known is VOICE_AGENT else known for known in CATALOG)
    monkeypatch.setattr(workloads, "CATALOG", catalog)
    return names


def test_two_instances_of_a_workload_have_separate_identities_and_releases(two_agents: tuple[str, str]) -> None:
    settings = load_stack_file(PRODUCTION)
    accounts = {account.name: account for account in workload_accounts(settings)}
    assert VOICE_AGENT.name not in accounts
    for name in two_agents:
        assert accounts[name].secrets == VOICE_AGENT.secrets
    values = voice_workloads.workload_values(settings, None)
    for name in two_agents:
        assert values[name]["serviceAccount"] == {"create": False, "name": name}
    assert {i.workload.name for i in instances(settings) if i.name in two_agents} == {VOICE_AGENT.name}


def strings(path: Path) -> Iterator[str]:
    """The string constants of a module, without docstrings and without the keys of dictionaries."""
    tree = ast.parse(path.read_text())
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
            yield node.value


def test_no_other_module_contains_the_name_of_a_workload_or_pool() -> None:
    names = {workload.name for workload in CATALOG} | {pool.name for pool in POOLS}
    own = {PROJECT / "model" / "pools.py", *(PROJECT / "model" / "workloads").glob("*.py")}
    for part in ("model", "components", "tools"):
        for path in sorted((PROJECT / part).rglob("*.py")):
            if path in own:
                continue
            file = path.relative_to(PROJECT).as_posix()
            spelled = set(strings(path)) & names - OTHER_MEANINGS.get(file, set())
            assert not spelled, f"{file} spells {sorted(spelled)}: use the descriptor of model.workloads or model.pools"
