"""PersistentVolumeClaims of StatefulSets, and objects of charts that cannot be rendered offline.

A StatefulSet has one claim for each pod and volume claim template. Kubernetes keeps them when pods or the set are
deleted, unless `persistentVolumeClaimRetentionPolicy` says otherwise. The objects of a chart are deleted with its
release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.controllers.installed_releases import RELEASE
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

WATCHES: Final = (("", "Secret"), ("apps", "StatefulSet"), ("", "PersistentVolumeClaim"))
MANAGER: Final = "kube-controller-manager"
CHART_MANAGER: Final = "helm-content"
"""The field manager of these chart objects; objects that are rendered have Helm's own field manager."""
_DELETE: Final = "Delete"


def reconcile(context: ReconcileContext) -> None:
    """Creates missing claims, deletes claims after a scale-down, and reconciles the objects of releases."""
    for item in context.objects("apps", "StatefulSet"):
        _delete_surplus_claims(context, item)
        for claim in claims_of(item):
            if not context.exists(Key.of(claim)):
                context.apply(claim, MANAGER, Key.of(item))
    reconcile_releases(context)


def claims_of(stateful_set: Object) -> Iterator[Object]:
    """The claims of a StatefulSet for its desired number of pods."""
    spec, metadata = stateful_set["spec"], stateful_set["metadata"]
    first = (spec.get("ordinals") or {}).get("start", 0)
    for template in spec.get("volumeClaimTemplates") or []:
        for ordinal in range(first, first + spec.get("replicas", 1)):
            name = f"{template['metadata']['name']}-{metadata['name']}-{ordinal}"
            labels = {**(template["metadata"].get("labels") or {}), **(spec["selector"].get("matchLabels") or {})}
            claim_metadata: Object = {"name": name, "namespace": metadata["namespace"], "labels": labels}
            if _retention_policy(spec, "whenDeleted") == _DELETE:
                owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": metadata["name"]}
                claim_metadata["ownerReferences"] = [{**owner, "uid": metadata["uid"]}]
            yield {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": claim_metadata,
                "spec": template["spec"],
            }


def _delete_surplus_claims(context: ReconcileContext, item: Object) -> None:
    """Deletes the claims of surplus pods if the set's policy says so."""
    if _retention_policy(item["spec"], "whenScaled") != _DELETE:
        return
    wanted = {Key.of(claim) for claim in claims_of(item)}
    for key, cause in context.causes().items():
        if cause == Key.of(item) and key.kind == "PersistentVolumeClaim" and key not in wanted:
            context.delete(key)


def _retention_policy(spec: Any, moment: str) -> str:
    return (spec.get("persistentVolumeClaimRetentionPolicy") or {}).get(moment, "Retain")


def reconcile_releases(context: ReconcileContext) -> None:
    """Creates the objects of charts that cannot be rendered, and deletes those of uninstalled releases."""
    releases = context.releases()
    wanted: dict[Key, Key] = {}
    for release in releases:
        for chart_object in release.objects():
            key = Key.of(chart_object.item)
            wanted[key] = release.key
            try:
                # A StatefulSet does not update existing claims.
                if not (chart_object.retained and context.exists(key)):
                    context.apply(
                        chart_object.item, CHART_MANAGER if not chart_object.retained else MANAGER, release.key
                    )
            except ApiError as error:
                context.warn(release.key, "helm", str(error.reason), f"{key}: {error.message}")
    for key, cause in context.causes().items():
        if cause.kind == RELEASE and key not in wanted and context.applied_by(key, CHART_MANAGER) is not None:
            context.delete(key)
