"""Waits until an object is ready after a write, as the kubernetes provider does.

On a fake API server only Services of type LoadBalancer can be pending; every other object is ready immediately. A real
cluster reports through `not_ready_reason` why an object is pending.

Follows `provider/pkg/await` of pulumi-kubernetes, which waits up to ten minutes; a rehearsal waits a shorter time.
"""

from __future__ import annotations

import time
from typing import Final

from azure_rehearsal.kubernetes.cluster import Cluster, Key, Object
from azure_rehearsal.kubernetes.objects import id_of, is_annotated, to_outputs
from azure_rehearsal.protocol.provider import CreatedButFailed, Refused

RETRIES: Final = 5
INITIAL_DELAY_SECONDS: Final = 0.02
_POLL_SECONDS: Final = 0.1
_SKIP_AWAIT: Final = "pulumi.com/skipAwait"
_REMEDIATION: Final = (
    "Make the Service depend on the resources that the event names, and deploy again: the next deployment waits again."
)
_NOT_READY: Final = (
    "Fix what the events name and deploy again: the next deployment waits again. The annotation "
    "`pulumi.com/skipAwait` disables waiting."
)


def wait_until_ready(cluster: Cluster, live: Object) -> Object:
    """Returns the live object once it is ready. Raises `CreatedButFailed` when it does not become ready in time."""
    if cluster.ready_timeout_seconds:
        return live if is_annotated(live, _SKIP_AWAIT) else _poll_until_ready(cluster, live)
    key = Key.of(live)
    is_load_balancer = (key.api_version, key.kind) == ("v1", "Service") and live["spec"].get("type") == "LoadBalancer"
    if not is_load_balancer or is_annotated(live, _SKIP_AWAIT):
        return live
    problems = cluster.warnings_for(key)
    for attempt in range(RETRIES):
        if not problems:
            break
        time.sleep(INITIAL_DELAY_SECONDS * 2**attempt)
        problems = cluster.warnings_for(key)
    live = cluster.get(key) or live
    if problems:
        message = (
            f"resource {key.namespace}/{key.name} was successfully created, but the Kubernetes API server reported "
            f"that it failed to fully initialize or become live: '{key.name}' timed out waiting to be Ready: Service "
            f"was not allocated an IP address; does your cloud provider support this? {' '.join(problems)}"
        )
        raise CreatedButFailed(Refused("ServiceNotReady", message, _REMEDIATION), id_of(live), to_outputs(live))
    return live


def _poll_until_ready(cluster: Cluster, live: Object) -> Object:
    """Polls a real cluster until the object is ready or `ready_timeout_seconds` pass."""
    key = Key.of(live)
    deadline = time.monotonic() + cluster.ready_timeout_seconds
    while reason := cluster.not_ready_reason(live):
        if time.monotonic() > deadline:
            message = (
                f"resource {id_of(live)} was successfully created, but the Kubernetes API server reported that it "
                f"failed to fully initialize or become live: '{key.name}' timed out waiting to be Ready: {reason}. "
                f"{'; '.join(cluster.warnings_for(key))}"
            )
            raise CreatedButFailed(Refused("NotReady", message.rstrip(), _NOT_READY), id_of(live), to_outputs(live))
        time.sleep(_POLL_SECONDS)
        live = cluster.get(key) or live
    return live
