"""Helm's storage of releases: one Secret for each revision in the release's namespace (Helm's `secret` driver)."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Final

import yaml

from azure_rehearsal.kubernetes.cluster import Cluster, Object

FIELD_MANAGER: Final = "helm"
"""The field manager of Helm's writes."""

SECRET_TYPE: Final = "helm.sh/release.v1"

# Equivalent to PyYAML's safe loader and dumper and ten times faster, if PyYAML was built with libyaml.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def manifest_objects(stored: Object) -> list[Object]:
    """The objects of a stored release."""
    return list(yaml.load_all(stored["manifest"], Loader=_LOADER))


def manifest_yaml(items: list[Object]) -> str:
    """The objects of a release in the form that Helm stores."""
    return yaml.dump_all(items, Dumper=_DUMPER, sort_keys=False)


def save_revision(cluster: Cluster, stored: Object) -> None:
    """Stores a revision as Helm's `secret` driver does, encoded twice; marks older revisions as superseded."""
    labels = {"owner": "helm", "name": stored["name"], "status": "deployed", "version": str(stored["version"])}
    for older in revision_secrets(cluster, stored["namespace"], stored["name"]):
        older["metadata"]["labels"]["status"] = "superseded"
        cluster.apply(older, FIELD_MANAGER, force=True)
    content = base64.b64encode(gzip.compress(json.dumps(stored).encode(), mtime=0))
    metadata = {
        "name": f"sh.helm.release.v1.{stored['name']}.v{stored['version']}",
        "namespace": stored["namespace"],
        "labels": labels,
    }
    data = {"release": base64.b64encode(content).decode()}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": SECRET_TYPE, "data": data}
    cluster.create(secret, FIELD_MANAGER)


def revision_secrets(cluster: Cluster, namespace: str, name: str) -> list[Object]:
    return [
        item
        for item in cluster.list_objects("v1", "Secret", namespace)
        if item.get("type") == SECRET_TYPE and item["metadata"]["labels"].get("name") == name
    ]


def latest_revision(cluster: Cluster, namespace: str, name: str) -> Object | None:
    """The latest revision of a release."""
    revisions = sorted(
        revision_secrets(cluster, namespace, name), key=lambda item: int(item["metadata"]["labels"]["version"])
    )
    if not revisions:
        return None
    encoded = base64.b64decode(base64.b64decode(revisions[-1]["data"]["release"]))
    return json.loads(gzip.decompress(encoded))
