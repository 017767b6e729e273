"""The kubernetes provider's operations on resources that are API objects, including `…Patch` resources.

Follows `provider/pkg/provider/provider.go` and `provider/pkg/await/await.go` of pulumi-kubernetes. A diff compares the
live object of the last deployment, pruned to the fields that the program set, with the new inputs; a preview then sends
a dry run. Errors of the API server become `Refused`.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Generator
from typing import Final

from azure_rehearsal.kubernetes.await_ready import wait_until_ready
from azure_rehearsal.kubernetes.canonicalization import is_equivalent
from azure_rehearsal.kubernetes.cluster import SERVER_METADATA, ApiError, Cluster, Key, Object, Reason, Scope, group_of
from azure_rehearsal.kubernetes.configuration import Configuration
from azure_rehearsal.kubernetes.custom_resources import crd_scope, is_crd
from azure_rehearsal.kubernetes.immutable_fields import requires_replacement
from azure_rehearsal.kubernetes.objects import (
    AUTONAMED,
    MANAGED_BY,
    adopt_name,
    annotation,
    api_of,
    assign_name,
    differences,
    from_inputs,
    id_of,
    is_annotated,
    is_patch,
    property_path,
    pruned,
    to_outputs,
)
from azure_rehearsal.kubernetes.schemas import CLUSTER_SCOPED
from azure_rehearsal.protocol.provider import CheckFailure, Difference, Refused, Resource
from azure_rehearsal.protocol.values import UNKNOWN, contains_unknown

FIELD_MANAGER: Final = "pulumi-kubernetes"
"""The field manager of the program's objects. Each `…Patch` resource has its own."""

RETRIES: Final = 5
INITIAL_DELAY_SECONDS: Final = 0.02
"""Delay of the first of five retries while a namespace or a CRD is missing; it doubles each time.

The real provider waits 1, 2, 4 … s.
"""

_PATCH_FORCE: Final = "pulumi.com/patchForce"
_PATCH_MANAGER: Final = "pulumi.com/patchFieldManager"
_ALREADY_EXISTS: Final = (
    "If the resource was renamed, add an alias. To change an object that the program does not own, use a Patch "
    "resource; to adopt it, use `pulumi import` or set upsertExistingObjects on the provider."
)
_IDENTITY: Final = (("metadata", "name"), ("metadata", "namespace"))


class ObjectHandler:
    """Handles objects for one provider instance.

    `scopes` holds the scopes of the CRDs that the program declares, by `(group, kind)`: a custom resource can be
    planned before its CRD is in the cluster.
    """

    def __init__(self, settings: Configuration, scopes: dict[tuple[str, str], Scope]) -> None:
        self._settings = settings
        self._scopes = scopes

    def check(
        self, cluster: Cluster | None, resource: Resource, old: Object, new: Object, random_seed: bytes
    ) -> tuple[Object, list[CheckFailure]]:
        item = from_inputs(new)
        if reason := self._input_problem(resource, item):
            return new, [CheckFailure("", reason)]
        if old:
            adopt_name(item, old)
        else:
            assign_name(item, resource.name, random_seed)
        metadata = item["metadata"]
        if not self._settings.server_side_apply and (not old or _is_managed(old)):
            metadata["labels"] = {**(metadata.get("labels") or {}), MANAGED_BY[0]: MANAGED_BY[1]}
        if self._scope(cluster, item) is Scope.CLUSTER:
            metadata.pop("namespace", None)
        elif not metadata.get("namespace"):
            metadata["namespace"] = self._settings.namespace
        if contains_unknown(item) or is_patch(resource.type, item):
            return item, []
        problems = cluster.validate(item) if cluster else []
        if is_crd(item) and not problems:
            group_kind, scope = crd_scope(item)
            self._scopes[group_kind] = scope
        return item, [CheckFailure("", problem) for problem in problems]

    def diff(
        self, cluster: Cluster | None, resource: Resource, old_inputs: Object, old_outputs: Object, new: Object
    ) -> Difference:
        wanted, live = from_inputs(new), from_inputs(old_outputs)
        before = pruned(live, from_inputs(old_inputs))
        namespaced = self._scope(cluster, wanted) is Scope.NAMESPACED
        for item, source in ((before, live), (wanted, wanted)):
            item["metadata"]["namespace"] = (source["metadata"].get("namespace") or "default") if namespaced else None
        before["metadata"]["name"] = live["metadata"]["name"]
        paths = [path for path in differences(before, wanted) if not is_equivalent(wanted, before, path)]
        replaced = [path for path in paths if self._is_replaced(resource, wanted, path)]
        return Difference(
            changed=sorted(property_path(path) for path in paths),
            replaces=sorted(property_path(path) for path in replaced),
            delete_before_replace=bool(replaced)
            and not is_annotated(wanted, AUTONAMED)
            and all(before["metadata"][field] == wanted["metadata"][field] for field in ("name", "namespace")),
        )

    def plan_create(self, cluster: Cluster, resource: Resource, inputs: Object) -> Object:
        """The outputs that a preview can know."""
        item = from_inputs(inputs)
        if (
            contains_unknown(item)
            or is_patch(resource.type, item)
            or not self._settings.server_side_apply
            or cluster.scope(item["apiVersion"], item["kind"]) is None
        ):
            return inputs
        try:
            planned = self._send(cluster, item, dry_run=True)
        except ApiError as error:
            namespace_to_come = error.missing is not None and error.missing.kind == "Namespace"
            if namespace_to_come or error.reason in (Reason.ALREADY_EXISTS, Reason.FORBIDDEN):
                return inputs
            raise _refused(error, _creation_failed(resource)) from error
        planned.pop("status", None)
        planned["metadata"].update(dict.fromkeys(("uid", "resourceVersion", "creationTimestamp"), UNKNOWN))
        return to_outputs(planned)

    def create(self, cluster: Cluster, resource: Resource, inputs: Object) -> tuple[str, Object]:
        item = from_inputs(inputs)
        with _as_refused(_creation_failed(resource)):
            if is_patch(resource.type, item):
                _require_existing(cluster, item)
                live = cluster.apply(item, self._manager(resource, item), force=self._force(item))
            else:
                live = _retry_not_found(lambda: self._send(cluster, item, dry_run=False))
        live = wait_until_ready(cluster, live)
        return id_of(live), to_outputs(live)

    def plan_update(self, cluster: Cluster, resource: Resource, old_outputs: Object, new: Object) -> Object:
        """The outputs that a preview can know."""
        item = from_inputs(new)
        if contains_unknown(item) or cluster.scope(item["apiVersion"], item["kind"]) is None:
            return new
        return self._apply(cluster, resource, item, dry_run=True)

    def update(self, cluster: Cluster, resource: Resource, old_outputs: Object, new: Object) -> Object:
        return self._apply(cluster, resource, from_inputs(new), dry_run=False)

    def delete(self, cluster: Cluster, resource: Resource, id: str, inputs: Object, outputs: Object) -> None:
        item = from_inputs(outputs or inputs)
        key = _key(resource, id, item)
        with _as_refused(f'deletion of resource "{resource.urn}" failed'):
            if is_patch(resource.type, item):
                if cluster.get(key) is not None:
                    cluster.apply(_identity_only(key), self._manager(resource, from_inputs(inputs)))
                return
            try:
                cluster.delete(key)
            except ApiError as error:
                if error.reason not in (Reason.NOT_FOUND, Reason.NO_MATCH):
                    raise

    def read(
        self, cluster: Cluster, resource: Resource, id: str, inputs: Object, outputs: Object
    ) -> tuple[str, Object, Object] | None:
        wanted = from_inputs(inputs)
        live = cluster.get(_key(resource, id, from_inputs(outputs or inputs)))
        if live is None:
            return None
        imported = {name: value for name, value in live.items() if name != "status"}
        as_inputs = pruned(live, wanted) if inputs else imported
        known = as_inputs["metadata"].items()
        as_inputs["metadata"] = {name: value for name, value in known if name not in SERVER_METADATA}
        return id, to_outputs(live), as_inputs

    def _input_problem(self, resource: Resource, item: Object) -> str | None:
        """Why the inputs of a resource do not describe an object; `None` when they do."""
        if not isinstance(item.get("apiVersion"), str) or not isinstance(item.get("kind"), str):
            return f"apiVersion or kind of {resource.name} is missing. Set both."
        if item["kind"].endswith("List") and resource.type.endswith("List"):
            return "list resources cannot be created directly; use the underlying resource type instead"
        if is_patch(resource.type, item):
            if not self._settings.server_side_apply:
                return "patch resources require server-side apply; set enableServerSideApply on the provider"
            if not item["metadata"].get("name"):
                return "patch resources require the `.metadata.name` field to be set"
        if item["metadata"].get("generateName") and self._settings.server_side_apply:
            return (
                "the `.metadata.generateName` field is not supported with server-side apply. Omit the name, and the "
                "provider generates one."
            )
        return None

    def _scope(self, cluster: Cluster | None, item: Object) -> Scope:
        """The scope of an object. As in the real provider, an unknown kind counts as namespaced."""
        declared = self._scopes.get((group_of(item["apiVersion"]), item["kind"]))
        known = cluster.scope(item["apiVersion"], item["kind"]) if cluster else None
        if known is None and item["kind"] in CLUSTER_SCOPED:
            known = Scope.CLUSTER
        return known or declared or Scope.NAMESPACED

    def _is_replaced(self, resource: Resource, wanted: Object, path: tuple[str | int, ...]) -> bool:
        if is_patch(resource.type, wanted):
            return path in _IDENTITY
        return requires_replacement(wanted, path, self._settings.config_maps_mutable, self._settings.secrets_mutable)

    def _send(self, cluster: Cluster, item: Object, dry_run: bool) -> Object:
        if self._settings.upsert:
            return cluster.apply(item, FIELD_MANAGER, force=self._force(item), dry_run=dry_run)
        return cluster.create(item, FIELD_MANAGER, dry_run=dry_run)

    def _apply(self, cluster: Cluster, resource: Resource, item: Object, dry_run: bool) -> Object:
        with _as_refused(f'update of resource "{resource.urn}" failed'):
            _require_existing(cluster, item)
            manager = self._manager(resource, item)
            live = cluster.apply(item, manager, force=self._force(item), dry_run=dry_run)
        return to_outputs(live if dry_run else wait_until_ready(cluster, live))

    def _force(self, item: Object) -> bool:
        return self._settings.patch_force or is_annotated(item, _PATCH_FORCE)

    def _manager(self, resource: Resource, item: Object) -> str:
        if not is_patch(resource.type, item):
            return FIELD_MANAGER
        suffix = hashlib.sha256(resource.urn.encode()).hexdigest()[:8]
        return annotation(item, _PATCH_MANAGER) or f"{FIELD_MANAGER}-{suffix}"


def _creation_failed(resource: Resource) -> str:
    return f'resource "{resource.urn}" was not successfully created by the Kubernetes API server'


def _refused(error: ApiError, action: str) -> Refused:
    remediation = _ALREADY_EXISTS if error.reason is Reason.ALREADY_EXISTS else error.remediation
    return Refused(error.reason, f"{action}: {error.message}", remediation)


@contextlib.contextmanager
def _as_refused(action: str) -> Generator[None]:
    """Converts `ApiError` to `Refused`."""
    try:
        yield
    except ApiError as error:
        raise _refused(error, action) from error


def _retry_not_found(call: Callable[[], Object]) -> Object:
    """Retries while a namespace or a CRD that the program also creates is missing.

    Does not retry when a chart's release installs the CRD (`permanent`): in a real deployment, timing would decide
    whether it is there, and a rehearsed release takes no time. Resources that depend on the release never reach this
    point.
    """
    for attempt in range(RETRIES):
        try:
            return call()
        except ApiError as error:
            if error.permanent or error.reason not in (Reason.NOT_FOUND, Reason.NO_MATCH):
                raise
            time.sleep(INITIAL_DELAY_SECONDS * 2**attempt)
    return call()


def _require_existing(cluster: Cluster, item: Object) -> None:
    """Raises `ApiError` when the object does not exist: updates and patches do not create it."""
    key = Key.of(item)
    if cluster.get(key) is None:
        raise ApiError(
            Reason.NOT_FOUND,
            f"{key} not found",
            "Run `pulumi refresh` to remove a deleted object from the state. Create the object before a patch.",
            missing=key,
        )


def _key(resource: Resource, id: str, item: Object) -> Key:
    """The key of the object behind a resource. An import supplies only type and id."""
    api_version, kind = api_of(resource.type)
    namespace, _, name = id.rpartition("/")
    metadata = item["metadata"]
    return Key(
        item.get("apiVersion") or api_version,
        item.get("kind") or kind.removesuffix("Patch"),
        metadata.get("namespace") or namespace,
        metadata.get("name") or name,
    )


def _identity_only(key: Key) -> Object:
    """An object with its identity and no other field."""
    metadata = {"name": key.name, **({"namespace": key.namespace} if key.namespace else {})}
    return {"apiVersion": key.api_version, "kind": key.kind, "metadata": metadata}


def _is_managed(old: Object) -> bool:
    return ((old.get("metadata") or {}).get("labels") or {}).get(MANAGED_BY[0]) == MANAGED_BY[1]
