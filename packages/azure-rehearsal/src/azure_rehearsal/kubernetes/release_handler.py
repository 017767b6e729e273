"""`kubernetes:helm.sh/v3:Release`: the effects of Helm's install, upgrade and uninstall on a cluster.

Installs the objects of the release's chart (`release_chart`) with Helm's ownership annotations, and stores the release
as Helm does, in a Secret of its namespace. Hooks are validated against the API but not run.

Follows `provider/pkg/provider/helm_release.go` of pulumi-kubernetes and Helm's install and upgrade actions. Every
object is sent as a dry run before anything but CRDs is written, so a failed release leaves nothing else behind,
`atomic` or not.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

from azure_rehearsal.kubernetes.cluster import ApiError, Cluster, Key, Object, Reason, Scope, group_of
from azure_rehearsal.kubernetes.configuration import Configuration
from azure_rehearsal.kubernetes.custom_resources import crd_scope, is_crd
from azure_rehearsal.kubernetes.helm_charts import RESOURCE_POLICY, ChartError, Rendered
from azure_rehearsal.kubernetes.helm_storage import (
    FIELD_MANAGER,
    latest_revision,
    manifest_objects,
    manifest_yaml,
    revision_secrets,
    save_revision,
)
from azure_rehearsal.kubernetes.objects import annotation, differences, property_path
from azure_rehearsal.kubernetes.release_chart import ReleaseChart
from azure_rehearsal.kubernetes.sdk_arguments import RELEASE_INPUTS
from azure_rehearsal.protocol.provider import CheckFailure, Difference, Refused, Resource
from azure_rehearsal.protocol.values import UNKNOWN, contains_unknown

RELEASE_TYPE: Final = "kubernetes:helm.sh/v3:Release"
DEFAULT_TIMEOUT_SECONDS: Final = 300
"""The real provider's default for `timeout`."""


_DROPPED: Final = ("compat", "manifest", "resourceNames")
_RELEASE_NAME: Final = "meta.helm.sh/release-name"
_RELEASE_NAMESPACE: Final = "meta.helm.sh/release-namespace"
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
_HELM: Final = "Helm"


class ReleaseHandler:
    """Handles releases for one provider instance. Adds the CRDs of a release's chart to `scopes`."""

    def __init__(self, settings: Configuration, directory: Path, scopes: dict[tuple[str, str], Scope]) -> None:
        self._settings = settings
        self._directory = directory
        self._scopes = scopes

    def check(
        self, cluster: Cluster | None, resource: Resource, old: Object, new: Object, random_seed: bytes
    ) -> tuple[Object, list[CheckFailure]]:
        inputs = {name: value for name, value in new.items() if name not in _DROPPED and value is not None}
        failures = [
            CheckFailure(name, f"a Release has no input {name}. Use: {', '.join(sorted(RELEASE_INPUTS))}")
            for name in sorted(inputs.keys() - RELEASE_INPUTS)
        ]
        if not inputs.get("name"):
            random_hex = hashlib.sha256(random_seed).hexdigest() if random_seed else secrets.token_hex()
            inputs["name"] = old.get("name") or f"{resource.name}-{random_hex[:8]}"
        inputs["namespace"] = inputs.get("namespace") or self._settings.namespace
        if not inputs.get("skipAwait"):
            inputs.setdefault("timeout", DEFAULT_TIMEOUT_SECONDS)
        if not inputs.get("chart"):
            failures.append(CheckFailure("chart", "the input `chart` is missing"))
        if failures or contains_unknown(inputs):
            return inputs, failures
        try:
            chart = ReleaseChart.of(inputs, self._directory, bool(inputs.get("dependencyUpdate")))
        except ChartError as problem:
            return inputs, [CheckFailure("chart", f"{problem} {problem.remediation}".rstrip())]
        inputs["version"] = chart.version
        if failures := chart.problems():
            return inputs, failures
        if cluster is not None:
            self._register_crd_scopes(chart, cluster, inputs)
        return inputs, []

    def diff(
        self, cluster: Cluster | None, resource: Resource, old_inputs: Object, old_outputs: Object, new: Object
    ) -> Difference:
        paths = list(differences(old_inputs, new))
        replaced = [path for path in paths if path[0] in ("name", "namespace")]
        return Difference(
            changed=sorted(property_path(path) for path in paths),
            replaces=sorted(property_path(path) for path in replaced),
        )

    def plan_create(self, cluster: Cluster, resource: Resource, inputs: Object) -> Object:
        return {**inputs, "resourceNames": UNKNOWN, "status": UNKNOWN}

    def create(self, cluster: Cluster, resource: Resource, inputs: Object) -> tuple[str, Object]:
        namespace, name = inputs["namespace"], inputs["name"]
        with _ReleaseErrors(f"Helm release {namespace}/{name}"):
            if latest_revision(cluster, namespace, name):
                raise ChartError(
                    "cannot re-use a name that is still in use", "Choose another name, or import the release."
                )
            self._ensure_namespace(cluster, inputs)
            outputs = self._install(cluster, inputs, revision=1, before=[])
        return f"{namespace}/{name}", outputs

    def plan_update(self, cluster: Cluster, resource: Resource, old_outputs: Object, new: Object) -> Object:
        return {**new, "resourceNames": UNKNOWN, "status": UNKNOWN}

    def update(self, cluster: Cluster, resource: Resource, old_outputs: Object, new: Object) -> Object:
        namespace, name = old_outputs["namespace"], old_outputs["name"]
        with _ReleaseErrors(f"Helm release {namespace}/{name}"):
            stored = latest_revision(cluster, namespace, name)
            if stored is None:
                raise ChartError(
                    f'"{name}" has no deployed releases', "Run `pulumi refresh` to remove it from the state."
                )
            return self._install(cluster, new, revision=stored["version"] + 1, before=manifest_objects(stored))

    def delete(self, cluster: Cluster, resource: Resource, id: str, inputs: Object, outputs: Object) -> None:
        namespace, _, name = id.rpartition("/")
        stored = latest_revision(cluster, namespace, name)
        with _ReleaseErrors(f"Helm release {id}"):
            for item in reversed(manifest_objects(stored) if stored else []):
                if annotation(item, RESOURCE_POLICY) != "keep":
                    _delete(cluster, Key.of(item))
            for secret in revision_secrets(cluster, namespace, name):
                _delete(cluster, Key.of(secret))

    def read(
        self, cluster: Cluster, resource: Resource, id: str, inputs: Object, outputs: Object
    ) -> tuple[str, Object, Object] | None:
        namespace, _, name = id.rpartition("/")
        stored = latest_revision(cluster, namespace, name)
        if stored is None:
            return None
        chart = stored["chart"]["metadata"]
        known = inputs or {"name": name, "namespace": namespace, "chart": chart["name"], "values": stored["config"]}
        return id, {**known, "version": chart["version"], **_results(stored)}, known

    def _register_crd_scopes(self, chart: ReleaseChart, cluster: Cluster, inputs: Object) -> None:
        """Adds the scopes of the chart's CRDs to `scopes`."""
        try:
            rendered = chart.rendered(cluster, inputs, revision=1)
        except ChartError:
            return  # As in the real provider, the check only loads the chart; the installation reports the errors.
        self._scopes.update(crd_scope(item) for item in _objects_and_crds(inputs, rendered) if is_crd(item))

    def _ensure_namespace(self, cluster: Cluster, inputs: Object) -> None:
        key = Key("v1", "Namespace", "", inputs["namespace"])
        if inputs.get("createNamespace") and cluster.get(key) is None:
            cluster.create(
                {"apiVersion": key.api_version, "kind": key.kind, "metadata": {"name": key.name}}, FIELD_MANAGER
            )

    def _install(self, cluster: Cluster, inputs: Object, revision: int, before: list[Object]) -> Object:
        """Replaces the objects `before` with those of the chart, and stores the revision."""
        chart = ReleaseChart.of(inputs, self._directory)
        rendered = chart.rendered(cluster, inputs, revision)
        if revision == 1 and not inputs.get("skipCrds"):
            for item in rendered.definitions:
                if cluster.get(Key.of(item)) is None:
                    cluster.create(item, FIELD_MANAGER)
        items = [
            _with_ownership(self._with_namespace(cluster, item, inputs), inputs)
            for item in _namespaces_first(rendered.objects)
        ]
        for item in [*items, *(self._with_namespace(cluster, hook, inputs) for hook in rendered.hooks)]:
            _dry_run(cluster, item, inputs, pending=items)
        for item in items:
            cluster.apply(item, FIELD_MANAGER, force=True)
        removed = {Key.of(item) for item in before} - {Key.of(item) for item in items}
        for item in reversed(before):
            if Key.of(item) in removed and annotation(item, RESOURCE_POLICY) != "keep":
                _delete(cluster, Key.of(item))
        stored = {
            "name": inputs["name"],
            "namespace": inputs["namespace"],
            "version": revision,
            "info": {"status": "deployed", "description": inputs.get("description") or "Install complete"},
            "chart": {"metadata": chart.details},
            "config": chart.values,
            "manifest": manifest_yaml(items),
        }
        save_revision(cluster, stored)
        return {**inputs, "version": chart.version, **_results(stored)}

    def _with_namespace(self, cluster: Cluster, item: Object, inputs: Object) -> Object:
        """An object with its namespace. As in Helm, an unknown kind fails before anything is written."""
        scope = cluster.scope(item["apiVersion"], item["kind"])
        if scope is None:
            raise ChartError(
                "unable to build kubernetes objects from release manifest: resource mapping not found for name: "
                f'"{item["metadata"]["name"]}": no matches for kind "{item["kind"]}" in version '
                f'"{item["apiVersion"]}"; ensure CRDs are installed first',
                "Move the CRDs to the chart's crds/ folder, or install them with an earlier release.",
            )
        namespace = item["metadata"].get("namespace") or inputs["namespace"]
        metadata = {**item["metadata"], "namespace": namespace}
        if scope is Scope.CLUSTER:
            del metadata["namespace"]
        return {**item, "metadata": metadata}


class _ReleaseErrors:
    """Converts the errors of Helm and of the API server about a release to `Refused`."""

    def __init__(self, subject: str) -> None:
        self._subject = subject

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ChartError):
            raise Refused("ReleaseFailed", f"{self._subject}: {error}", error.remediation) from error
        if isinstance(error, ApiError):
            raise Refused(error.reason, f"{self._subject}: {error.message}", error.remediation) from error


def _objects_and_crds(inputs: Object, rendered: Rendered) -> list[Object]:
    return [*([] if inputs.get("skipCrds") else rendered.definitions), *rendered.objects]


def _namespaces_first(items: list[Object]) -> list[Object]:
    """Namespaces first. The rest of Helm's order by kind has no effect on a fake API server."""
    return sorted(items, key=lambda item: (group_of(item["apiVersion"]), item["kind"]) != ("", "Namespace"))


def _with_ownership(item: Object, inputs: Object) -> Object:
    metadata = item["metadata"]
    owner = {_RELEASE_NAME: inputs["name"], _RELEASE_NAMESPACE: inputs["namespace"]}
    marked = {
        **metadata,
        "annotations": {**(metadata.get("annotations") or {}), **owner},
        "labels": {**(metadata.get("labels") or {}), _MANAGED_BY: _HELM},
    }
    return {**item, "metadata": marked}


def _dry_run(cluster: Cluster, item: Object, inputs: Object, pending: list[Object]) -> None:
    """Sends an object as a dry run. A namespace among the objects in `pending` may be missing."""
    key = Key.of(item)
    live = cluster.get(key)
    wanted = (inputs["name"], inputs["namespace"])
    if live is not None and not inputs.get("takeOwnership"):
        owner = tuple(annotation(live, name) for name in (_RELEASE_NAME, _RELEASE_NAMESPACE))
        if owner != wanted:
            raise ChartError(
                f'Unable to continue with install: {key.kind} "{key.name}" in namespace "{key.namespace}" exists and '
                "cannot be imported into the current release: invalid ownership metadata",
                "Remove the object from the chart or from the cluster, or set takeOwnership.",
            )
    try:
        cluster.apply(item, FIELD_MANAGER, force=True, dry_run=True)
    except ApiError as error:
        if error.missing not in [Key.of(other) for other in pending]:
            raise


def _delete(cluster: Cluster, key: Key) -> None:
    try:
        cluster.delete(key)
    except ApiError as error:
        if error.reason not in (Reason.NOT_FOUND, Reason.NO_MATCH):
            raise


def _results(stored: Object) -> Object:
    """The outputs of a release beyond its inputs."""
    chart = stored["chart"]["metadata"]
    names: dict[str, list[str]] = {}
    for item in manifest_objects(stored):
        key = Key.of(item)
        qualified = f"{key.namespace}/{key.name}" if key.namespace else key.name
        group = f".{key.group}" if key.group else ""
        names.setdefault(f"{key.kind}{group}/{key.api_version}", []).append(qualified)
    return {
        "resourceNames": names,
        "status": {
            "appVersion": chart.get("appVersion", ""),
            "chart": chart["name"],
            "name": stored["name"],
            "namespace": stored["namespace"],
            "revision": stored["version"],
            "status": stored["info"]["status"],
            "version": chart["version"],
        },
    }
