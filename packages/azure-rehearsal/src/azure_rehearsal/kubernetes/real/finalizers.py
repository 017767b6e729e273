"""Finalizers of controllers that run: taken away once what they wait for is done.

In a recorded cluster an object with such a finalizer is simply deleted; a real API server waits until somebody takes it
away. One whose controller is gone stays, and with it the object: that is a defect of the order, and is to be seen.
"""

from __future__ import annotations

from typing import Protocol

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers import garbage
from azure_rehearsal.kubernetes.controllers.workplace import Workplace


class Taker(Protocol):
    """Who can take a finalizer away."""

    def take_finalizer(self, key: Key, finalizer: str) -> None: ...


def take_finished(workplace: Workplace, taker: Taker) -> None:
    """Takes away the finalizers of what is being deleted, where nothing holds it any more."""
    for release in workplace.releases():
        for finalizer in release.content.finalizers:
            for item in workplace.objects(finalizer.group, finalizer.kind):
                key = Key.of(item)
                if item["metadata"].get("deletionTimestamp") and not garbage.users(workplace, key):
                    taker.take_finalizer(key, finalizer.name)
