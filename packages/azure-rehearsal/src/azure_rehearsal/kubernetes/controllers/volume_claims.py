"""Claims of StatefulSets, and objects of charts that are not rendered here.

A StatefulSet makes a claim for each of its pods and each of its templates; Kubernetes keeps them when pods or the set
go, unless `persistentVolumeClaimRetentionPolicy` says otherwise. What a chart brings goes with its release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.controllers.installed_releases import RELEASE
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

WATCHES: Final = (("", "Secret"), ("apps", "StatefulSet"), ("", "PersistentVolumeClaim"))
MANAGER: Final = "kube-controller-manager"
HELM: Final = "helm-content"
"""The field manager of what a chart brings; Helm's own writes what it renders."""
_DELETE: Final = "Delete"


def reconcile(context: ReconcileContext) -> None:
    """Makes the claims that are missing, and removes what went with a release."""
    for item in context.objects("apps", "StatefulSet"):
        _scale_down(context, item)
        for claim in claims_of(item):
            if not context.exists(Key.of(claim)):
                context.apply(claim, MANAGER, Key.of(item))
    reconcile_releases(context)


def claims_of(stateful_set: Object) -> Iterator[Object]:
    """The claims that a StatefulSet has for the pods that it wants."""
    spec, metadata = stateful_set["spec"], stateful_set["metadata"]
    first = (spec.get("ordinals") or {}).get("start", 0)
    for template in spec.get("volumeClaimTemplates") or []:
        for ordinal in range(first, first + spec.get("replicas", 1)):
            name = f"{template['metadata']['name']}-{metadata['name']}-{ordinal}"
            labels = {**(template["metadata"].get("labels") or {}), **(spec["selector"].get("matchLabels") or {})}
            said: Object = {"name": name, "namespace": metadata["namespace"], "labels": labels}
            if _policy(spec, "whenDeleted") == _DELETE:
                owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": metadata["name"]}
                said["ownerReferences"] = [{**owner, "uid": metadata["uid"]}]
            yield {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": said, "spec": template["spec"]}


def _scale_down(context: ReconcileContext, item: Object) -> None:
    """Removes claims of pods that the set wants no more, where its policy says so."""
    if _policy(item["spec"], "whenScaled") != _DELETE:
        return
    wanted = {Key.of(claim) for claim in claims_of(item)}
    for key, cause in context.causes().items():
        if cause == Key.of(item) and key.kind == "PersistentVolumeClaim" and key not in wanted:
            context.delete(key)


def _policy(spec: Any, moment: str) -> str:
    return (spec.get("persistentVolumeClaimRetentionPolicy") or {}).get(moment, "Retain")


def reconcile_releases(context: ReconcileContext) -> None:
    """Makes what charts bring that are not rendered here, and removes what went with its release."""
    releases = context.releases()
    wanted: dict[Key, Key] = {}
    for release in releases:
        for chart_object in release.objects():
            key = Key.of(chart_object.item)
            wanted[key] = release.key
            try:
                # A StatefulSet leaves the claims that are there as they are.
                if not (chart_object.retained and context.exists(key)):
                    context.apply(chart_object.item, HELM if not chart_object.retained else MANAGER, release.key)
            except ApiError as error:
                context.warn(release.key, "helm", str(error.reason), f"{key}: {error.message}")
    for key, cause in context.causes().items():
        if cause.kind == RELEASE and key not in wanted and context.applied_by(key, HELM) is not None:
            context.delete(key)
