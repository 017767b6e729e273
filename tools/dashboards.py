"""Puts the dashboards of calls into the environment's Grafana, with a data source for the stack's region.

    python -m tools.dashboards [--stack prod] [--url URL] [--files FOLDER]

Azure's Grafana takes dashboards by its own API only: there is no Azure resource for them. Addresses and the token come
from the Azure CLI (`az login`). Doing it again changes nothing but what has changed. With --files the dashboards are
written as JSON to import by hand, and Azure is not asked.

Exit status: 0 done, 1 Azure or Grafana refused, 2 the stack has no such Grafana, or wrong usage.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from model.dashboard_model import grafana_model
from model.dashboards import DASHBOARDS
from model.naming import global_names, region_names
from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import SettingsError
from tools.grafana import FOLDER, Grafana, GrafanaError

TOKEN_FOR: Final = "https://dashboard.azure.com"
"""Audience of Azure Managed Grafana (learn.microsoft.com/azure/managed-grafana/how-to-authenticate-data-plane-api)."""
REFUSED: Final = 1
WRONG: Final = 2


class UsageError(Exception):
    """What the caller must correct, in words."""


def put(grafana: Grafana, settings: AksStackSettings, endpoint: str) -> list[str]:
    """The region's data source and all dashboards; the addresses of these. Raises `GrafanaError`."""
    source_type = grafana.source_type()
    grafana.put_source(data_source(settings, endpoint, source_type))
    grafana.put_folder(FOLDER, "Voice")
    return [grafana.put_dashboard(grafana_model(dashboard, source_type), FOLDER) for dashboard in DASHBOARDS]


def data_source(settings: AksStackSettings, endpoint: str, source_type: str) -> dict[str, Any]:
    """How Grafana reads the region's metrics: as the identity that it has in Azure."""
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
    """The dashboards as files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{dashboard.uid}.json" for dashboard in DASHBOARDS]
    for file, dashboard in zip(files, DASHBOARDS, strict=True):
        file.write_text(json.dumps(grafana_model(dashboard), indent=2) + "\n")
    return files


def _require_azures(settings: AksStackSettings) -> None:
    backend = settings.metrics.backend
    if backend == "inCluster":
        raise UsageError(
            "voice:metrics.backend is inCluster: Grafana in the cluster finds the dashboards by itself, as ConfigMaps."
        )
    if backend == "none":
        raise UsageError("voice:metrics.backend is none: no metrics are kept. Fix: set it to managed or inCluster.")


def _azure(*words: str) -> str:
    """What the Azure CLI answers. Raises `UsageError` without it, `GrafanaError` where it fails."""
    program = shutil.which("az")
    if program is None:
        raise UsageError(
            "The Azure CLI is not on PATH. Fix: install it (https://learn.microsoft.com/cli/azure/install-azure-cli),"
            " or take the dashboards as files with --files."
        )
    answer = subprocess.run([program, *words, "--output", "tsv"], capture_output=True, text=True, check=False)
    if answer.returncode or not answer.stdout.strip():
        why = answer.stderr.strip() or "it answers nothing"
        raise GrafanaError(f"az {' '.join(words)}: {why}. Fix: `az login`, and deploy the stack first.")
    return answer.stdout.strip()


def _property(resource_id: str, path: str) -> str:
    return _azure("resource", "show", "--ids", resource_id, "--query", f"properties.{path}")


def main(
    stack: Annotated[str, typer.Option(help="Stack whose region the dashboards are to show.")] = "staging",
    url: Annotated[str, typer.Option(help="Address of Grafana, where Azure is not to be asked for it.")] = "",
    files: Annotated[Path | None, typer.Option(help="Folder to write JSON files to, instead.", file_okay=False)] = None,
    project: Annotated[Path, typer.Option(help="Where the stack files are.")] = PROJECT,
) -> None:
    """Puts the dashboards of calls into the environment's Grafana."""
    if files is not None:
        for file in write(files):
            print(file)
        return
    try:
        settings = load_stack_file(project / f"Pulumi.{stack}.yaml")
        _require_azures(settings)
        own, shared = region_names(settings), global_names(settings)
        address = url or _property(shared.resource_id("Microsoft.Dashboard/grafana", shared.grafana), "endpoint")
        workspace = own.resource_id("Microsoft.Monitor/accounts", own.monitor_workspace)
        endpoint = _property(workspace, "metrics.prometheusQueryEndpoint")
        token = _azure("account", "get-access-token", "--resource", TOKEN_FOR, "--query", "accessToken")
        for dashboard in put(Grafana(address, token), settings, endpoint):
            print(dashboard)
    except GrafanaError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(REFUSED) from None
    except (SettingsError, UsageError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG) from None


if __name__ == "__main__":
    typer.run(main)
