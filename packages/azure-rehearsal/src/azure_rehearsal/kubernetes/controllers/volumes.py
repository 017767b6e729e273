"""The CSI drivers of AKS: an Azure disk and a volume for each claim that is in use.

A claim whose storage class waits for the first consumer gets a volume once a workload refers to it. With the reclaim
policy `Delete`, the volume and its disk are deleted with the claim. A claim for Azure Files is bound without a resource
in Azure: the share would be in the node resource group, which AKS deletes with the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext
from azure_rehearsal.kubernetes.controllers.volume_claims import claims_of
from azure_rehearsal.kubernetes.quantities import gibibytes

DISKS: Final = "disk.csi.azure.com"
FILES: Final = "file.csi.azure.com"
FAILED: Final = "ProvisioningFailed"
_CLAIM: Final = ("", "PersistentVolumeClaim")
_VOLUME: Final = ("", "PersistentVolume")
_CLASS: Final = ("storage.k8s.io", "StorageClass")
_WORKLOADS: Final = (
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
)
WATCHES: Final = (_CLAIM, _VOLUME, _CLASS, *_WORKLOADS)
_IS_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"
_SELECTED: Final = "volume.kubernetes.io/selected-node"
"""Annotation by which the scheduler requests a volume after it has chosen a node for the first consumer."""
_CLAIM_OWNERS: Final = ("Release", "StatefulSet")
"""Causes of claims that are in use by definition."""


def reconcile(context: ReconcileContext) -> None:
    """Provisions missing volumes, reclaims released ones, and sets the status of claims."""
    claims = context.objects(*_CLAIM)
    by_claim = {
        volume["spec"]["claimRef"]["uid"]: volume
        for volume in context.objects(*_VOLUME)
        if "uid" in (volume["spec"].get("claimRef") or {})
    }
    used = set(_used(context))
    for claim in claims:
        key, uid = Key.of(claim), claim["metadata"]["uid"]
        if uid not in by_claim and not claim["spec"].get("volumeName"):
            problem = _provide(context, claim, key in used or _SELECTED in _annotations(claim))
            context.report(key, DISKS, FAILED, problem)
    _reclaim(context, {claim["metadata"]["uid"] for claim in claims})
    bound = {(volume["spec"].get("claimRef") or {}).get("uid") for volume in context.objects(*_VOLUME)}
    for claim in claims:
        is_bound = claim["metadata"]["uid"] in bound or bool(claim["spec"].get("volumeName"))
        context.set_status(Key.of(claim), {"phase": "Bound" if is_bound else "Pending"})


def _provide(context: ReconcileContext, claim: Object, is_used: bool) -> str:
    """Provisions a volume if one is due; returns why it cannot."""
    classes = {item["metadata"]["name"]: item for item in context.objects(*_CLASS)}
    name = claim["spec"].get("storageClassName", _default_class(classes))
    if not name:
        return ""
    storage_class = classes.get(name)
    if storage_class is None:
        return f'storageclass.storage.k8s.io "{name}" not found'
    waits = storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
    if (waits and not is_used) or storage_class["provisioner"] not in (DISKS, FILES):
        return ""
    uid, key = claim["metadata"]["uid"], Key.of(claim)
    handle = volume = f"pvc-{uid}"
    if storage_class["provisioner"] == DISKS:
        gib = gibibytes(claim["spec"]["resources"]["requests"]["storage"])
        disk = context.azure.provide_disk(context.cause(key), volume, gib, storage_class.get("parameters") or {})
        if disk.problem:
            return f'failed to provision volume with StorageClass "{name}": {disk.problem}'
        handle = disk.value
    context.apply(_volume(claim, storage_class, volume, handle), storage_class["provisioner"], key)
    return ""


def _volume(claim: Object, storage_class: Object, name: str, handle: str) -> Object:
    metadata, spec = claim["metadata"], claim["spec"]
    claim_ref = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    claim_ref |= {field: metadata[field] for field in ("namespace", "name", "uid")}
    provisioner = storage_class["provisioner"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": provisioner}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "volumeMode": spec.get("volumeMode", "Filesystem"),
            "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
            "storageClassName": storage_class["metadata"]["name"],
            "claimRef": claim_ref,
            "csi": {"driver": provisioner, "volumeHandle": handle},
        },
    }


def _reclaim(context: ReconcileContext, claims: set[str]) -> None:
    """Deletes volumes, with their disks, whose claims are gone and whose policy says so."""
    causes = context.causes()
    for volume in context.objects(*_VOLUME):
        key, spec = Key.of(volume), volume["spec"]
        uid = (spec.get("claimRef") or {}).get("uid")
        if uid is None or uid in claims:
            context.set_status(key, {"phase": "Bound" if uid else "Available"})
        elif spec.get("persistentVolumeReclaimPolicy") == "Delete":
            if key in causes and spec["csi"]["driver"] == DISKS:
                context.azure.remove_disk(spec["csi"]["volumeHandle"])
            context.delete(key)
        else:
            context.set_status(key, {"phase": "Released"})


def _used(context: ReconcileContext) -> Iterator[Key]:
    """The claims that workloads mount."""
    for group, kind in _WORKLOADS:
        for item in context.objects(group, kind):
            for volume in _pod_spec(item, kind).get("volumes") or []:
                if name := (volume.get("persistentVolumeClaim") or {}).get("claimName"):
                    yield Key("v1", "PersistentVolumeClaim", item["metadata"]["namespace"], name)
            if kind == "StatefulSet":
                yield from (Key.of(claim) for claim in claims_of(item))
    yield from (key for key, cause in context.causes().items() if cause.kind in _CLAIM_OWNERS)


def _pod_spec(item: Object, kind: str) -> Object:
    spec = item["spec"]
    if kind == "Pod":
        return spec
    if kind == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return (spec.get("template") or {}).get("spec") or {}


def _default_class(classes: dict[str, Object]) -> str:
    marked = [name for name, item in classes.items() if _annotations(item).get(_IS_DEFAULT) == "true"]
    return min(marked, default="")


def _annotations(item: Object) -> dict[str, str]:
    return item["metadata"].get("annotations") or {}
