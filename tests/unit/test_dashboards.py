"""Dashboards: their content, their Kubernetes objects, and their upload through Grafana's API."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from model.dashboard_model import COLUMNS, Dashboard, grafana_model
from model.dashboards import DASHBOARDS
from model.naming import global_names, region_names
from model.roles import Role
from settings.loader import load_stack_file
from settings.loader.stack_file import read_sections
from tests.unit.graph import Graph
from tests.unit.loopback import served
from tests.unit.stacks import PRODUCTION, PROJECT, edited, graph_of
from tests.unit.voice_command import run
from tools.grafana import AZURE_PROMETHEUS

every_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.uid)
ENDPOINT = "https://amw.eastus.prometheus.monitor.azure.com"


# Content


@every_dashboard
def test_panels_fill_the_grid_and_do_not_overlap(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in grafana_model(dashboard)["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= COLUMNS
        taken |= cells


@every_dashboard
def test_every_panel_queries_the_selected_region(dashboard: Dashboard) -> None:
    model = grafana_model(dashboard, AZURE_PROMETHEUS)
    (choice,) = model["templating"]["list"]
    assert (choice["type"], choice["query"]) == ("datasource", AZURE_PROMETHEUS)
    for panel in model["panels"]:
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": AZURE_PROMETHEUS, "uid": f"${{{choice['name']}}}"}
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


def test_dashboards_have_distinct_ids_that_grafana_accepts() -> None:
    uids = [dashboard.uid for dashboard in DASHBOARDS]
    assert len(set(uids)) == len(uids) == 4
    assert all(len(uid) <= 40 for uid in uids), "Grafana's limit"


# In Azure


def test_with_azures_grafana_the_cluster_has_no_dashboards() -> None:
    graph = graph_of(PRODUCTION)
    names = [item.inputs["metadata"]["name"] for item in graph.of_type("kubernetes:core/v1:ConfigMap")]
    assert not [name for name in names if name.startswith("dashboard")]


def test_the_deployer_can_write_dashboards_to_azures_grafana() -> None:
    graph: Graph = graph_of(PRODUCTION)
    (role,) = [
        item
        for item in graph.of_type("azure-native:authorization:RoleAssignment")
        if Role.GRAFANA_ADMIN.value in item.value("roleDefinitionId")
    ]
    assert role.value("principalId") == load_stack_file(PRODUCTION).deployer.principal_id
    assert "/Microsoft.Dashboard/grafana/" in role.value("scope")


# Upload through Grafana's API


class FakeGrafana:
    """The part of Grafana's API that uploads use. Records the uploaded objects."""

    def __init__(self) -> None:
        self.plugin = True
        self.sources: dict[str, Any] = {}
        self.folders: dict[str, Any] = {}
        self.dashboards: dict[str, Any] = {}
        self.tokens: set[str] = set()
        self.refuses = 0
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.refuses:
            return self.refuses, {"message": "no"}
        match (method, path.strip("/").split("/")):
            case ("GET", ["api", "plugins", name, "settings"]):
                return (200, {}) if self.plugin and name == AZURE_PROMETHEUS else (404, {})
            case ("GET", ["api", "datasources", "uid", uid]):
                return (200, self.sources[uid]) if uid in self.sources else (404, {})
            case ("POST", ["api", "datasources"]) if body["uid"] not in self.sources:
                self.sources[body["uid"]] = body
            case ("PUT", ["api", "datasources", "uid", uid]) if uid in self.sources:
                self.sources[uid] = body
            case ("GET", ["api", "folders", uid]):
                return (200, self.folders[uid]) if uid in self.folders else (404, {})
            case ("POST", ["api", "folders"]) if body["uid"] not in self.folders:
                self.folders[body["uid"]] = body
            case ("POST", ["api", "dashboards", "db"]) if body["folderUid"] in self.folders and body["overwrite"]:
                self.dashboards[body["dashboard"]["uid"]] = body["dashboard"]
                return 200, {"url": f"/d/{body['dashboard']['uid']}"}
            case _:
                return 412, {"message": f"unexpected: {method} {path}"}
        return 200, {}


@pytest.fixture
def grafana() -> Generator[FakeGrafana]:
    fake = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            fake.tokens.add(self.headers.get("Authorization", ""))
            text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = fake.answer(self.command, self.path, json.loads(text) if text else None)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.handle_any()

        def do_POST(self) -> None:
            self.handle_any()

        def do_PUT(self) -> None:
            self.handle_any()

        def log_message(self, format: str, *args: Any) -> None:
            """Suppresses the log."""

    with served(Handler) as fake.url:
        yield fake


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grafana: FakeGrafana) -> Path:
    """A fake Azure CLI. Returns the file with its recorded arguments."""
    program = tmp_path / "az"
    program.write_text(
        f"""#!/bin/sh
echo "$@" >>{tmp_path}/arguments
case "$*" in
  *Microsoft.Dashboard/grafana/*"--query properties.endpoint "*) echo {grafana.url} ;;
  *Microsoft.Monitor/accounts/*"--query properties.metrics.prometheusQueryEndpoint "*) echo {ENDPOINT} ;;
  *"get-access-token --resource https://dashboard.azure.com "*) echo the-token ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path / "arguments"


def run_dashboards(*arguments: str) -> tuple[int, str]:
    return run("dashboards", *arguments)


@pytest.mark.usefixtures("az")
def test_dashboards_are_uploaded_with_a_data_source_of_the_region(grafana: FakeGrafana) -> None:
    code, text = run_dashboards("--stack", "prod-westeurope")
    assert code == 0, text
    assert grafana.tokens == {"Bearer the-token"}
    (source,) = grafana.sources.values()
    assert (source["uid"], source["type"], source["url"]) == ("voice-prod-westeurope", AZURE_PROMETHEUS, ENDPOINT)
    assert source["jsonData"]["azureCredentials"] == {"authType": "msi"}, "Grafana uses its identity, without a secret"
    assert set(grafana.dashboards) == {dashboard.uid for dashboard in DASHBOARDS}
    assert f"{grafana.url}/d/voice-calls" in text


def test_addresses_come_from_the_azure_resources_of_the_stack(az: Path) -> None:
    assert run_dashboards("--stack", "prod")[0] == 0
    settings = load_stack_file(PROJECT / "Pulumi.prod.yaml")
    arguments = az.read_text()
    assert f"/resourceGroups/{global_names(settings).resource_group}/" in arguments
    assert f"/accounts/{region_names(settings).monitor_workspace} " in arguments


@pytest.mark.usefixtures("az")
def test_a_second_run_changes_nothing(grafana: FakeGrafana) -> None:
    assert run_dashboards("--stack", "prod")[0] == 0
    before = json.dumps([grafana.sources, grafana.folders, grafana.dashboards])
    assert run_dashboards("--stack", "prod")[0] == 0
    assert json.dumps([grafana.sources, grafana.folders, grafana.dashboards]) == before


@pytest.mark.usefixtures("az")
def test_a_grafana_without_the_plugin_gets_a_prometheus_data_source(grafana: FakeGrafana) -> None:
    grafana.plugin = False
    assert run_dashboards("--stack", "prod")[0] == 0
    assert next(iter(grafana.sources.values()))["type"] == "prometheus"
    (choice,) = grafana.dashboards["voice-calls"]["templating"]["list"]
    assert choice["query"] == "prometheus"


@pytest.mark.usefixtures("az")
def test_the_error_of_a_refused_user_names_the_required_role(grafana: FakeGrafana) -> None:
    grafana.refuses = 403
    code, text = run_dashboards("--stack", "prod")
    assert code == 1
    assert "responds 403" in text
    assert "Grafana Admin" in text
    assert "the-token" not in text


@pytest.mark.usefixtures("az")
def test_an_unreachable_grafana_is_reported_with_its_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, text = run_dashboards("--stack", "prod", "--url", url)
    assert code == 1
    assert f"Grafana at {url} cannot be reached" in text


def test_a_missing_sign_in_of_the_azure_cli_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "az"
    program.write_text("#!/bin/sh\necho 'ERROR: Please run az login' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    code, text = run_dashboards("--stack", "prod")
    assert code == 1
    assert "Please run az login" in text


def test_files_are_written_without_azure(tmp_path: Path) -> None:
    code, _ = run_dashboards("--files", str(tmp_path / "dashboards"))
    assert code == 0
    models = [json.loads(file.read_text()) for file in (tmp_path / "dashboards").glob("*.json")]
    assert {model["uid"] for model in models} == {dashboard.uid for dashboard in DASHBOARDS}


def test_a_stack_with_grafana_in_the_cluster_needs_no_command(tmp_path: Path) -> None:
    sections = edited(read_sections(PRODUCTION), "metrics", {"backend": "inCluster"})
    (tmp_path / "Pulumi.own.yaml").write_text(
        json.dumps({"config": {f"voice:{name}": value for name, value in sections.items()}})
    )
    code, text = run_dashboards("--stack", "own", "--project", str(tmp_path))
    assert code == 2
    assert "loads the dashboards from ConfigMaps" in text
