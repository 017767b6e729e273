"""What the kubernetes provider waits for after a write.

In a recorded cluster that is the address of a Service of type LoadBalancer, for everything else is ready at once there.
A cluster that takes its time says itself what is not finished. Followed: `provider/pkg/await` of pulumi-kubernetes,
which gives up after ten minutes; a rehearsed deployment is as much quicker.
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
_SKIP: Final = "pulumi.com/skipAwait"
_REMEDIATION: Final = (
    "What the event names must be there before the Service: let it depend on that. The next deployment waits again."
)
_NOT_READY: Final = (
    "The events say what is missing. The next deployment waits again; `pulumi.com/skipAwait` does not wait."
)


def wait_until_ready(cluster: Cluster, live: Object) -> Object:
    """The object once it is ready. Raises `CreatedButFailed` for what does not become so."""
    if cluster.ready_timeout_seconds:
        return live if is_annotated(live, _SKIP) else _finished(cluster, live)
    key = Key.of(live)
    is_balanced = (key.api_version, key.kind) == ("v1", "Service") and live["spec"].get("type") == "LoadBalancer"
    if not is_balanced or is_annotated(live, _SKIP):
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


def _finished(cluster: Cluster, live: Object) -> Object:
    """The object as soon as the cluster has nothing against it any more."""
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
