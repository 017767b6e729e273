"""The garbage collector and finalizers.

The garbage collector deletes an object once none of its owners exists. Finalizers block a deletion until their
controller has cleaned up: if the controller is uninstalled first, the object remains forever, and so does its
namespace.
"""

from __future__ import annotations

from typing import Final

from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.controllers.installed_releases import Finalizer, Release
from azure_rehearsal.kubernetes.controllers.reconcile_context import EVENT_MANAGER, ReconcileContext

WATCHES: Final = (
    ("", "Secret"),
    ("", "Service"),
    ("apps", "StatefulSet"),
    ("cert-manager.io", "Certificate"),
    ("external-secrets.io", "PushSecret"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("", "PersistentVolumeClaim"),
)


def reconcile(context: ReconcileContext) -> None:
    """Deletes orphans and events about deleted objects; adds the finalizers of installed controllers."""
    for key, cause in context.causes().items():
        if not context.exists(key):
            continue  # deleted with an earlier object of this round
        if key.kind == "Event" and context.applied_by(key, EVENT_MANAGER) is not None:
            if not context.exists(cause):
                context.delete(key)
        elif _is_orphan(context, key):
            context.delete(key)
    for release in context.releases():
        for finalizer in release.content.finalizers:
            _add_finalizer(context, release, finalizer)


def deletion_blocker(context: ReconcileContext, key: Key) -> str:
    """Why an object cannot be deleted: finalizers that no installed controller removes. Empty when it can."""
    item = context.get(key)
    names = (item["metadata"].get("finalizers") or []) if item else []
    if not names:
        return ""
    removers = {
        finalizer.name: release.name
        for release in context.releases()
        for finalizer in release.content.finalizers
        if (finalizer.group, finalizer.kind) == (key.group, key.kind)
    }
    stuck = [name for name in names if name not in removers]
    if stuck:
        return (
            f"finalizers {', '.join(stuck)} remain, and no controller in the cluster removes them: the "
            "controller that added them is uninstalled"
        )
    if blockers := dependents(context, key):
        return f"finalizers {', '.join(names)} remain while {', '.join(blockers)} exist"
    return ""


def dependents(context: ReconcileContext, key: Key) -> list[str]:
    """The Gateways of a GatewayClass, which block its deletion."""
    if key.kind != "GatewayClass":
        return []
    gateways = context.objects(key.group, "Gateway")
    return [str(Key.of(item)) for item in gateways if item["spec"]["gatewayClassName"] == key.name]


def _add_finalizer(context: ReconcileContext, release: Release, finalizer: Finalizer) -> None:
    for item in context.objects(finalizer.group, finalizer.kind):
        if finalizer.applies_to(item) and not item["metadata"].get("deletionTimestamp"):
            context.apply(finalizer_patch(item, [finalizer.name]), release.content.controller)


def finalizer_patch(item: Object, names: list[str]) -> Object:
    """The fields that a controller applies when it only sets finalizers."""
    key = Key.of(item)
    metadata: Object = {"name": key.name, **({"namespace": key.namespace} if key.namespace else {})}
    if names:
        metadata["finalizers"] = names
    return {"apiVersion": key.api_version, "kind": key.kind, "metadata": metadata}


def _is_orphan(context: ReconcileContext, key: Key) -> bool:
    item = context.get(key)
    owners = (item["metadata"].get("ownerReferences") or []) if item else []
    return bool(owners) and not any(_exists(context, key, owner) for owner in owners)


def _exists(context: ReconcileContext, key: Key, owner: Object) -> bool:
    group = owner["apiVersion"].rpartition("/")[0]
    for namespace in {key.namespace, ""}:
        found = context.find(group, owner["kind"], namespace, owner["name"])
        if found is not None and found["metadata"]["uid"] == owner["uid"]:
            return True
    return False
