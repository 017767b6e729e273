"""Grafana's HTTP API, as much of it as putting dashboards there takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import urllib3

from model.dashboard_model import PROMETHEUS

AZURE_PROMETHEUS: Final = "grafana-azureprometheus-datasource"
"""The plugin that newer Grafanas have for Azure's Prometheus; older ones sign in with the ordinary data source."""
FOLDER: Final = "voice"
TIMEOUT: Final = urllib3.Timeout(connect=10, read=60)
OK, NOT_FOUND, FIRST_ERROR = 200, 404, 400
REFUSED: Final = (401, 403)


class GrafanaError(Exception):
    """What Grafana refused or could not be asked, and the way out."""


class Grafana:
    """One Grafana, signed in to with a token of Entra. Every method raises `GrafanaError`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._http = urllib3.PoolManager(headers={"Authorization": f"Bearer {token}"}, retries=False, timeout=TIMEOUT)

    def source_type(self) -> str:
        """The type of data source by which this Grafana reads Azure's Prometheus."""
        status, _ = self._ask("GET", f"/api/plugins/{AZURE_PROMETHEUS}/settings", missing=True)
        return PROMETHEUS if status == NOT_FOUND else AZURE_PROMETHEUS

    def put_source(self, source: Mapping[str, Any]) -> None:
        """Makes a data source, or makes it what it must be."""
        place = f"/api/datasources/uid/{source['uid']}"
        status, _ = self._ask("GET", place, missing=True)
        if status == NOT_FOUND:
            self._ask("POST", "/api/datasources", source)
        else:
            self._ask("PUT", place, source)

    def put_folder(self, uid: str, title: str) -> None:
        """Makes a folder where there is none."""
        status, _ = self._ask("GET", f"/api/folders/{uid}", missing=True)
        if status == NOT_FOUND:
            self._ask("POST", "/api/folders", {"uid": uid, "title": title})

    def put_dashboard(self, model: Mapping[str, Any], folder: str) -> str:
        """Makes a dashboard, or makes it what it must be; its address."""
        _, answer = self._ask(
            "POST", "/api/dashboards/db", {"dashboard": model, "folderUid": folder, "overwrite": True}
        )
        return f"{self._url}{answer.get('url', '')}"

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, missing: bool = False
    ) -> tuple[int, Any]:
        """Status and content. `missing`: that something is not there is an answer."""
        try:
            answer = self._http.request(method, self._url + path, json=body)
        except urllib3.exceptions.HTTPError as error:
            raise GrafanaError(
                f"Grafana at {self._url} cannot be reached: {error}. Fix: see that this address may reach it."
            ) from error
        if answer.status in REFUSED:
            raise GrafanaError(
                f"Grafana at {self._url} answers {answer.status} to {method} {path}. Fix: sign in as"
                " voice:deployer.principalId (`az login`), which has the role Grafana Admin there."
            )
        if answer.status == NOT_FOUND and missing:
            return answer.status, {}
        if answer.status >= FIRST_ERROR:
            text = answer.data.decode(errors="replace")[:300]
            raise GrafanaError(f"Grafana at {self._url} answers {answer.status} to {method} {path}: {text}")
        return answer.status, answer.json()
