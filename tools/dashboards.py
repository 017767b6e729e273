"""`voice dashboards`: writes the dashboards to Azure Managed Grafana, with a data source for the stack's region.

Azure has no resource type for dashboards, so the command uses Grafana's HTTP API. The Azure CLI supplies addresses and
the token.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from model.dashboard_model import grafana_model
from model.dashboards import DASHBOARDS
from model.naming import global_names, region_names
from settings.schema.aks_stack import AksStackSettings
from tools.errors import UsageError
from tools.grafana import FOLDER, Grafana, GrafanaError
from tools.stack_files import DEFAULT_PROJECT, DEFAULT_STACK, Project, Stack, settings_of

TOKEN_FOR: Final = "https://dashboard.azure.com"
"""Audience of Azure Managed Grafana (learn.microsoft.com/azure/managed-grafana/how-to-authenticate-data-plane-api)."""


def put(grafana: Grafana, settings: AksStackSettings, endpoint: str) -> list[str]:
    """Writes the region's data source and all dashboards; returns the addresses of these. Raises `GrafanaError`."""
    source_type = grafana.source_type()
    grafana.put_source(data_source(settings, endpoint, source_type))
    grafana.put_folder(FOLDER, "Voice")
    return [grafana.put_dashboard(grafana_model(dashboard, source_type), FOLDER) for dashboard in DASHBOARDS]


def data_source(settings: AksStackSettings, endpoint: str, source_type: str) -> dict[str, Any]:
    """The data source of the region's metrics, which Grafana reads with its managed identity."""
    return {
        "uid": f"voice-{settings.environment}-{settings.region}",
        "name": f"{settings.environment} {settings.region}",
        "type": source_type,
        "access": "proxy",
        "url": endpoint,
        "jsonData": {
            "httpMethod": "POST",
            "timeInterval": f"{settings.metrics.interval_seconds}s",
            "azureCredentials": {"authType": "msi"},
        },
    }


def write(folder: Path) -> list[Path]:
    """Writes the dashboards as JSON files; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{dashboard.uid}.json" for dashboard in DASHBOARDS]
    for file, dashboard in zip(files, DASHBOARDS, strict=True):
        file.write_text(json.dumps(grafana_model(dashboard), indent=2) + "\n")
    return files


def _require_managed(settings: AksStackSettings) -> None:
    """Raises `UsageError` if the stack does not use Azure Managed Grafana."""
    backend = settings.metrics.backend
    if backend == "inCluster":
        raise UsageError(
            "voice:metrics.backend is inCluster. Expected: managed. Nothing to do: Grafana in the cluster loads the"
            " dashboards from ConfigMaps."
        )
    if backend == "none":
        raise UsageError(
            "voice:metrics.backend is none, so no metrics are stored. Expected: managed. Fix: set it in the stack file."
        )


def _azure(*words: str) -> str:
    """The output of an Azure CLI command. Raises `UsageError` without the CLI, `GrafanaError` if the command fails."""
    program = shutil.which("az")
    if program is None:
        raise UsageError(
            "The Azure CLI is not on PATH; it supplies addresses and a token. Fix: install it"
            " (https://learn.microsoft.com/cli/azure/install-azure-cli), or write the dashboards to files with --files."
        )
    answer = subprocess.run([program, *words, "--output", "tsv"], capture_output=True, text=True, check=False)
    if answer.returncode or not answer.stdout.strip():
        why = answer.stderr.strip() or "no output"
        raise GrafanaError(
            f"`az {' '.join(words)}` failed: {why}. Fix: sign in (`az login`), and deploy the stack first."
        )
    return answer.stdout.strip()


def _property(resource_id: str, path: str) -> str:
    return _azure("resource", "show", "--ids", resource_id, "--query", f"properties.{path}")


def main(
    stack: Stack = DEFAULT_STACK,
    url: Annotated[str, typer.Option(help="The address of Grafana (default: Azure's answer).", metavar="URL")] = "",
    files: Annotated[
        Path | None,
        typer.Option(
            help="Write JSON files for a manual import; do not connect to Azure.", file_okay=False, metavar="DIR"
        ),
    ] = None,
    project: Project = DEFAULT_PROJECT,
) -> None:
    """Writes the call dashboards to the environment's Grafana.

    Also writes the data source of the stack's region, so run it once for the stack of each region. A second run changes
    nothing. Needs the Azure CLI, signed in as the deployer (`az login`).

    Example: `voice dashboards --stack prod`

    Exit codes: 0 written, 1 Azure or Grafana refused or cannot be reached, 2 wrong usage or settings, or the stack does
    not use Azure Managed Grafana.
    """
    if files is not None:
        for file in write(files):
            print(file)
        return
    settings = settings_of(stack, project)
    _require_managed(settings)
    own, shared = region_names(settings), global_names(settings)
    address = url or _property(shared.resource_id("Microsoft.Dashboard/grafana", shared.grafana), "endpoint")
    workspace = own.resource_id("Microsoft.Monitor/accounts", own.monitor_workspace)
    endpoint = _property(workspace, "metrics.prometheusQueryEndpoint")
    token = _azure("account", "get-access-token", "--resource", TOKEN_FOR, "--query", "accessToken")
    for dashboard in put(Grafana(address, token), settings, endpoint):
        print(dashboard)
