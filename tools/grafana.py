"""A client for the part of Grafana's HTTP API that writes data sources, folders and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import urllib3

from model.dashboard_model import PROMETHEUS
from tools.errors import CommandError

AZURE_PROMETHEUS: Final = "grafana-azureprometheus-datasource"
"""The plugin of newer Grafana versions for Azure's Prometheus; older versions use the Prometheus data source."""
FOLDER: Final = "voice"
TIMEOUT: Final = urllib3.Timeout(connect=10, read=60)
OK, NOT_FOUND, FIRST_ERROR = 200, 404, 400
REFUSED: Final = (401, 403)


class GrafanaError(CommandError):
    """Azure or Grafana refused a request or cannot be reached."""


class Grafana:
    """One Grafana, with an Entra token. Every method raises `GrafanaError`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._http = urllib3.PoolManager(headers={"Authorization": f"Bearer {token}"}, retries=False, timeout=TIMEOUT)

    def source_type(self) -> str:
        """The type of the data source that reads Azure's Prometheus in this Grafana."""
        status, _ = self._request("GET", f"/api/plugins/{AZURE_PROMETHEUS}/settings", missing=True)
        return PROMETHEUS if status == NOT_FOUND else AZURE_PROMETHEUS

    def put_source(self, source: Mapping[str, Any]) -> None:
        """Creates or updates a data source."""
        place = f"/api/datasources/uid/{source['uid']}"
        status, _ = self._request("GET", place, missing=True)
        if status == NOT_FOUND:
            self._request("POST", "/api/datasources", source)
        else:
            self._request("PUT", place, source)

    def put_folder(self, uid: str, title: str) -> None:
        """Creates a folder unless it exists."""
        status, _ = self._request("GET", f"/api/folders/{uid}", missing=True)
        if status == NOT_FOUND:
            self._request("POST", "/api/folders", {"uid": uid, "title": title})

    def put_dashboard(self, model: Mapping[str, Any], folder: str) -> str:
        """Creates or updates a dashboard; returns its address."""
        _, answer = self._request(
            "POST", "/api/dashboards/db", {"dashboard": model, "folderUid": folder, "overwrite": True}
        )
        return f"{self._url}{answer.get('url', '')}"

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, missing: bool = False
    ) -> tuple[int, Any]:
        """Status and content of the response. With `missing`, 404 is a valid response."""
        try:
            answer = self._http.request(method, self._url + path, json=body)
        except urllib3.exceptions.HTTPError as error:
            raise GrafanaError(
                f"Grafana at {self._url} cannot be reached: {error}. Fix: connect from a network that may reach it."
            ) from error
        if answer.status in REFUSED:
            raise GrafanaError(
                f"Grafana at {self._url} responds {answer.status} to {method} {path}. Fix: sign in (`az login`) as"
                " voice:deployer.principalId, which has the role Grafana Admin."
            )
        if answer.status == NOT_FOUND and missing:
            return answer.status, {}
        if answer.status >= FIRST_ERROR:
            text = answer.data.decode(errors="replace")[:300]
            raise GrafanaError(f"Grafana at {self._url} responds {answer.status} to {method} {path}: {text}")
        return answer.status, answer.json()
