"""Finalizers of controllers that run: taken away once what they wait for is done.

In a recorded cluster an object with such a finalizer is simply deleted; a real API server waits until somebody takes it
away. One whose controller is gone stays, and with it the object: that is a defect of the order, and is to be seen.
"""

from __future__ import annotations

from typing import Protocol

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers import garbage_collector
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext


class FinalizerRemover(Protocol):
    """Who can take a finalizer away."""

    def remove_finalizer(self, key: Key, finalizer: str) -> None: ...


def remove_completed(context: ReconcileContext, taker: FinalizerRemover) -> None:
    """Takes away the finalizers of what is being deleted, where nothing holds it any more."""
    for release in context.releases():
        for finalizer in release.content.finalizers:
            for item in context.objects(finalizer.group, finalizer.kind):
                key = Key.of(item)
                if item["metadata"].get("deletionTimestamp") and not garbage_collector.dependents(context, key):
                    taker.remove_finalizer(key, finalizer.name)
