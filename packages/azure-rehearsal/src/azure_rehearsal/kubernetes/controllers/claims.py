"""Claims of StatefulSets, and objects of charts that are not rendered here.

A StatefulSet makes a claim for each of its pods and each of its templates; Kubernetes keeps them when pods or the set
go, unless `persistentVolumeClaimRetentionPolicy` says otherwise. What a chart brings goes with its release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object
from azure_rehearsal.kubernetes.controllers.releases import RELEASE
from azure_rehearsal.kubernetes.controllers.workplace import Workplace

WATCHES: Final = (("", "Secret"), ("apps", "StatefulSet"), ("", "PersistentVolumeClaim"))
MANAGER: Final = "kube-controller-manager"
HELM: Final = "helm-content"
"""The field manager of what a chart brings; Helm's own writes what it renders."""
_DELETE: Final = "Delete"


def reconcile(workplace: Workplace) -> None:
    """Makes the claims that are missing, and removes what went with a release."""
    for item in workplace.objects("apps", "StatefulSet"):
        _scale_down(workplace, item)
        for claim in claims_of(item):
            if not workplace.exists(Key.of(claim)):
                workplace.make(claim, MANAGER, Key.of(item))
    reconcile_releases(workplace)


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


def _scale_down(workplace: Workplace, item: Object) -> None:
    """Removes claims of pods that the set wants no more, where its policy says so."""
    if _policy(item["spec"], "whenScaled") != _DELETE:
        return
    wanted = {Key.of(claim) for claim in claims_of(item)}
    for key, cause in workplace.caused().items():
        if cause == Key.of(item) and key.kind == "PersistentVolumeClaim" and key not in wanted:
            workplace.remove(key)


def _policy(spec: Any, moment: str) -> str:
    return (spec.get("persistentVolumeClaimRetentionPolicy") or {}).get(moment, "Retain")


def reconcile_releases(workplace: Workplace) -> None:
    """Makes what charts bring that are not rendered here, and removes what went with its release."""
    releases = workplace.releases()
    wanted: dict[Key, Key] = {}
    for release in releases:
        for brought in release.brought():
            key = Key.of(brought.item)
            wanted[key] = release.key
            try:
                # A StatefulSet leaves the claims that are there as they are.
                if not (brought.kept and workplace.exists(key)):
                    workplace.make(brought.item, HELM if not brought.kept else MANAGER, release.key)
            except ApiError as error:
                workplace.warn(release.key, "helm", str(error.reason), f"{key}: {error.message}")
    for key, cause in workplace.caused().items():
        if cause.kind == RELEASE and key not in wanted and workplace.said_by(key, HELM) is not None:
            workplace.remove(key)
