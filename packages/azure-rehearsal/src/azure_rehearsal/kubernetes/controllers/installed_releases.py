"""Which Helm releases are installed_releases, and what their charts run and bring (`installed_releases.yaml`)."""

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
"""Not a kind of the API: stands for a Helm release where the cause of something is named."""
_RELEASE_API: Final = "helm.sh/v3"
_DATA: Final = Path(__file__).with_name("installed_releases.yaml")
_DELETE: Final = "Delete"
_DEFAULT_SIZE: Final = "10Gi"
"""Of Grafana's chart."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finalizer(_Data):
    """A mark on objects that keeps them until their controller has tidied up. `put`: by the controller itself."""

    group: str
    kind: str
    name: str
    put: bool = True
    when: dict[str, str] = {}

    def concerns(self, item: Object) -> bool:
        """Whether the controller puts it on this object."""
        return self.put and all(value_at(item, path) == value for path, value in self.when.items())


class ChartClaim(_Data):
    """A claim, or one for each pod of a StatefulSet."""

    name: str
    chart: str = ""
    when: str = ""
    spec: str = ""
    size: str = ""
    storage_class: str = ""
    replicas: str = ""
    retention: str = ""


class ChartService(_Data):
    """A Service of which values make a load balancer. `at` is where type, annotations and the like stand."""

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
    longest_name: int = 63


@dataclass(frozen=True)
class ChartObject:
    """An object that comes with a release. `retained`: it stays when the release goes."""

    item: Object
    retained: bool = False


@dataclass(frozen=True)
class Release:
    """A release as it is installed_releases."""

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
        """A value that was given; `default` where there is none."""
        found = value_at(self.values, path)
        return default if found is None else found

    def fullname(self, subchart: str = "") -> str:
        """What the chart calls its objects, by the template that `helm create` writes."""
        prefix, chart = (f"{subchart}.", subchart) if subchart else ("", self.chart)
        limit = ChartContent().longest_name if subchart else self.content.longest_name
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
        spec = self.value(claim.spec) if claim.spec else self._plain_spec(claim)
        if spec is None or (claim.when and not self.value(claim.when)):
            return
        ordinals = range(int(self.value(claim.replicas, 1))) if claim.replicas else range(1)
        retained = bool(claim.retention) and self.value(claim.retention) != _DELETE
        for ordinal in ordinals:
            name = claim.name.format(fullname=self.fullname(claim.chart), ordinal=ordinal)
            metadata = {"name": name, "namespace": self.namespace}
            item = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": dict(spec)}
            yield ChartObject(item, retained)

    def _plain_spec(self, claim: ChartClaim) -> Object:
        spec: Object = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": self.value(claim.size, _DEFAULT_SIZE)}},
        }
        storage_class = self.value(claim.storage_class)
        return {**spec, "storageClassName": storage_class} if storage_class else spec

    def _service(self, service: ChartService) -> Iterator[ChartObject]:
        said: Mapping[str, Any] = self.value(service.at, {})
        if said.get("type") != "LoadBalancer":
            return
        name = service.name.format(fullname=self.fullname(service.chart))
        metadata = {"name": name, "namespace": self.namespace, "annotations": dict(said.get("annotations") or {})}
        ports = [{"name": f"port-{port}", "port": port} for port in service.ports]
        spec: Object = {"type": "LoadBalancer", "ports": ports}
        if said.get("loadBalancerIP"):
            spec["loadBalancerIP"] = said["loadBalancerIP"]
        yield ChartObject({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


def installed_releases(secrets: Sequence[Object]) -> list[Release]:
    """The releases that Helm keeps in Secrets, each in its newest revision."""
    newest: dict[tuple[str, str], tuple[int, Release]] = {}
    for secret in secrets:
        if secret.get("type") != SECRET_TYPE:
            continue
        version, release = _release(secret["data"]["release"])
        place = (release.namespace, release.name)
        if place not in newest or newest[place][0] < version:
            newest[place] = (version, release)
    return [release for _, (_, release) in sorted(newest.items())]


def value_at(content: Any, path: str) -> Any:
    """A nested value by dotted path; `None` where there is none."""
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
    return {chart: ChartContent.model_validate(said) for chart, said in yaml.safe_load(_DATA.read_text()).items()}
