"""Removes the finalizers of installed controllers during a deletion.

A fake cluster deletes such an object directly; a real API server waits until the finalizer is removed. The finalizer of
an uninstalled controller remains, and so does the object: this exposes a wrong deletion order.
"""

from __future__ import annotations

from typing import Protocol

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers import garbage_collector
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext


class FinalizerRemover(Protocol):
    """Removes a finalizer from an object."""

    def remove_finalizer(self, key: Key, finalizer: str) -> None: ...


def remove_completed(context: ReconcileContext, remover: FinalizerRemover) -> None:
    """Removes the finalizers of objects that are being deleted and that nothing blocks any more."""
    for release in context.releases():
        for finalizer in release.content.finalizers:
            for item in context.objects(finalizer.group, finalizer.kind):
                key = Key.of(item)
                if item["metadata"].get("deletionTimestamp") and not garbage_collector.dependents(context, key):
                    remover.remove_finalizer(key, finalizer.name)
