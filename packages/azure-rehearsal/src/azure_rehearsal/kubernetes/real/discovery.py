"""Discovery: the kinds that a real API server serves, and the paths of their objects."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from azure_rehearsal.kubernetes.cluster import Key, Object, Scope, group_of
from azure_rehearsal.kubernetes.real.api_client import ApiClient

_AGGREGATED: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_CUSTOM_VERBS: Final = frozenset({"create", "delete", "get", "list", "patch", "update", "watch"})
_MISSING_CACHE_SECONDS: Final = 0.3
"""How long a missing kind is cached."""


@dataclass(frozen=True)
class ApiResource:
    """One kind in one version. `preferred`: the server's preferred version."""

    api_version: str
    name: str
    plural: str
    scope: Scope
    verbs: frozenset[str]
    preferred: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of an object, of all objects in a namespace, or of all objects."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        within = f"/namespaces/{quote(namespace)}" if namespace and self.scope is Scope.NAMESPACED else ""
        return f"{root}{within}/{self.plural}{f'/{quote(name)}' if name else ''}"


class Discovery:
    """The kinds of one API server, cached."""

    def __init__(self, server: ApiClient) -> None:
        self._server = server
        self._known: dict[tuple[str, str], ApiResource] = {}
        self._defined: dict[tuple[str, str], ApiResource] = {}
        self._refreshed_at = -_MISSING_CACHE_SECONDS
        self._lock = threading.Lock()

    def all(self) -> list[ApiResource]:
        """Every kind in every version."""
        if not self._known:
            self.refresh()
        return list(self._known.values())

    def define(self, definition: Object) -> None:
        """Adds the kinds of a new CRD: the server lists them about a second later."""
        spec = definition["spec"]
        for version in spec["versions"]:
            if version["served"]:
                api_version, name = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                plural, scope = spec["names"]["plural"], Scope(spec["scope"])
                kind = ApiResource(api_version, name, plural, scope, _CUSTOM_VERBS, version["storage"])
                self._defined[api_version, name] = kind
                self._known.setdefault((api_version, name), kind)

    def forget(self, definition: str) -> None:
        """Removes the kinds of a CRD, by its name."""
        for api_kind, kind in list(self._defined.items()):
            if f"{kind.plural}.{group_of(kind.api_version)}" == definition:
                del self._defined[api_kind]
        self.refresh()

    def is_new(self, kind: ApiResource) -> bool:
        """Whether a kind was defined recently and the server may not serve it yet."""
        return (kind.api_version, kind.name) in self._defined

    def find(self, api_version: str, kind: str) -> ApiResource | None:
        """A kind; asks the server again when it is missing."""
        found = self._known.get((api_version, kind))
        if found is None and time.monotonic() - self._refreshed_at > _MISSING_CACHE_SECONDS:
            self.refresh()
            found = self._known.get((api_version, kind))
        return found

    def preferred(self, group: str, kind: str) -> ApiResource | None:
        """A kind in the server's preferred version, from the cache."""
        versions = [
            found for found in self._known.values() if found.name == kind and group_of(found.api_version) == group
        ]
        return next((found for found in versions if found.preferred), versions[0] if versions else None)

    def of(self, key: Key) -> ApiResource | None:
        return self.find(key.api_version, key.kind)

    def refresh(self) -> None:
        """Reads discovery from the server."""
        with self._lock:
            known = {}
            for root in ("/api", "/apis"):
                for group in (self._server.get(root, accept=_AGGREGATED) or {}).get("items", ()):
                    known.update({(kind.api_version, kind.name): kind for kind in _resources(group)})
            self._defined = {api_kind: kind for api_kind, kind in self._defined.items() if api_kind not in known}
            self._known = {**known, **self._defined}
            self._refreshed_at = time.monotonic()


def _resources(group: Object) -> Iterator[ApiResource]:
    group_name = group["metadata"].get("name", "")
    for index, version in enumerate(group.get("versions", ())):
        api_version = f"{group_name}/{version['version']}" if group_name else version["version"]
        for resource in version.get("resources", ()):
            yield ApiResource(
                api_version,
                resource["responseKind"]["kind"],
                resource["resource"],
                Scope.NAMESPACED if resource["scope"] == "Namespaced" else Scope.CLUSTER,
                frozenset(resource.get("verbs", ())),
                preferred=index == 0,
            )
