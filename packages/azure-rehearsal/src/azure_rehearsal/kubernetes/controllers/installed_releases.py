"""Installed Helm releases, and the controllers and objects of their charts (`installed_releases.yaml`)."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.helm_storage import SECRET_TYPE

RELEASE: Final = "Release"
"""Not a kind of the API: represents a Helm release as the cause of an object."""
_RELEASE_API: Final = "helm.sh/v3"
_DATA: Final = Path(__file__).with_name("installed_releases.yaml")
_DELETE: Final = "Delete"
_DEFAULT_SIZE: Final = "10Gi"
"""The default of Grafana's chart."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finalizer(_Data):
    """A finalizer that blocks deletion until its controller has cleaned up. `put`: the controller adds it."""

    group: str
    kind: str
    name: str
    put: bool = True
    when: dict[str, str] = {}

    def applies_to(self, item: Object) -> bool:
        """Whether the controller adds it to this object."""
        return self.put and all(value_at(item, path) == value for path, value in self.when.items())


class ChartClaim(_Data):
    """A claim of a chart, or one for each pod of a StatefulSet."""

    name: str
    chart: str = ""
    when: str = ""
    spec: str = ""
    size: str = ""
    storage_class: str = ""
    replicas: str = ""
    retention: str = ""


class ChartService(_Data):
    """A Service that values turn into a load balancer. `at` is the path of its type and annotations in the values."""

    name: str
    at: str
    ports: tuple[int, ...]
    chart: str = ""


class ChartContent(_Data):
    """One chart in `installed_releases.yaml`."""

    controller: str = ""
    finalizers: tuple[Finalizer, ...] = ()
    claims: tuple[ChartClaim, ...] = ()
    services: tuple[ChartService, ...] = ()
    objects: str = ""
    max_name_length: int = 63


@dataclass(frozen=True)
class ChartObject:
    """An object of a release. `retained`: it remains when the release is uninstalled."""

    item: Object
    retained: bool = False


@dataclass(frozen=True)
class Release:
    """An installed release."""

    chart: str
    name: str
    namespace: str
    values: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return Key(_RELEASE_API, RELEASE, self.namespace, self.name)

    @property
    def content(self) -> ChartContent:
        return _contents().get(self.chart, ChartContent())

    def value(self, path: str, default: Any = None) -> Any:
        """A value of the release; `default` when it is not set."""
        found = value_at(self.values, path)
        return default if found is None else found

    def fullname(self, subchart: str = "") -> str:
        """The name of the chart's objects, by the template of `helm create`."""
        prefix, chart = (f"{subchart}.", subchart) if subchart else ("", self.chart)
        limit = ChartContent().max_name_length if subchart else self.content.max_name_length
        given = self.value(f"{prefix}fullnameOverride")
        name = self.value(f"{prefix}nameOverride", chart)
        found = given or (self.name if name in self.name else f"{self.name}-{name}")
        return found[:limit].rstrip("-")

    def objects(self) -> Iterator[ChartObject]:
        """The objects that follow from the chart and its values."""
        for claim in self.content.claims:
            yield from self._claims(claim)
        for service in self.content.services:
            yield from self._service(service)
        for item in self.value(self.content.objects, ()) if self.content.objects else ():
            yield ChartObject({**item, "metadata": {"namespace": self.namespace, **item["metadata"]}})

    def _claims(self, claim: ChartClaim) -> Iterator[ChartObject]:
        spec = self.value(claim.spec) if claim.spec else self._claim_spec_from_values(claim)
        if spec is None or (claim.when and not self.value(claim.when)):
            return
        ordinals = range(int(self.value(claim.replicas, 1))) if claim.replicas else range(1)
        retained = bool(claim.retention) and self.value(claim.retention) != _DELETE
        for ordinal in ordinals:
            name = claim.name.format(fullname=self.fullname(claim.chart), ordinal=ordinal)
            metadata = {"name": name, "namespace": self.namespace}
            item = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": dict(spec)}
            yield ChartObject(item, retained)

    def _claim_spec_from_values(self, claim: ChartClaim) -> Object:
        spec: Object = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": self.value(claim.size, _DEFAULT_SIZE)}},
        }
        storage_class = self.value(claim.storage_class)
        return {**spec, "storageClassName": storage_class} if storage_class else spec

    def _service(self, service: ChartService) -> Iterator[ChartObject]:
        settings: Mapping[str, Any] = self.value(service.at, {})
        if settings.get("type") != "LoadBalancer":
            return
        name = service.name.format(fullname=self.fullname(service.chart))
        metadata = {"name": name, "namespace": self.namespace, "annotations": dict(settings.get("annotations") or {})}
        ports = [{"name": f"port-{port}", "port": port} for port in service.ports]
        spec: Object = {"type": "LoadBalancer", "ports": ports}
        if settings.get("loadBalancerIP"):
            spec["loadBalancerIP"] = settings["loadBalancerIP"]
        yield ChartObject({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


def installed_releases(secrets: Sequence[Object]) -> list[Release]:
    """The releases in Helm's Secrets, each in its latest revision."""
    latest: dict[tuple[str, str], tuple[int, Release]] = {}
    for secret in secrets:
        if secret.get("type") != SECRET_TYPE:
            continue
        version, release = _release(secret["data"]["release"])
        identity = (release.namespace, release.name)
        if identity not in latest or latest[identity][0] < version:
            latest[identity] = (version, release)
    return [release for _, (_, release) in sorted(latest.items())]


def value_at(content: Any, path: str) -> Any:
    """A nested value by dotted path; `None` when it does not exist."""
    for name in path.split("."):
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


@functools.lru_cache(maxsize=256)
def _release(data: str) -> tuple[int, Release]:
    stored = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(data))))
    chart = stored["chart"]["metadata"]["name"]
    return stored["version"], Release(chart, stored["name"], stored["namespace"], stored["config"])


@functools.cache
def _contents() -> dict[str, ChartContent]:
    return {
        chart: ChartContent.model_validate(settings) for chart, settings in yaml.safe_load(_DATA.read_text()).items()
    }
