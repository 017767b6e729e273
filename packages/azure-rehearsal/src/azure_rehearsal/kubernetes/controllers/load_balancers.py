"""cloud-provider-azure: gives each Service of type LoadBalancer an address, or reports in an event why it cannot."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

WATCHES: Final = (("", "Service"),)
SOURCE: Final = "service-controller"
FAILED: Final = "SyncLoadBalancerFailed"


def reconcile(context: ReconcileContext) -> None:
    """Updates the load balancers in Azure and the status of each Service."""
    services = context.objects("", "Service")
    # A load balancer class selects another controller, which AKS does not have.
    load_balancers = [
        item
        for item in services
        if item["spec"].get("type") == "LoadBalancer" and not item["spec"].get("loadBalancerClass")
    ]
    answers = context.azure.sync_load_balancers(context.cluster_id, load_balancers)
    for item in services:
        key, answer = Key.of(item), answers.get(item["metadata"]["uid"])
        problem = f"Error syncing load balancer: failed to ensure load balancer: {answer.problem}" if answer else ""
        if answer is None:
            context.set_status(key, {"loadBalancer": {}})
        elif not answer.problem:
            context.set_status(key, {"loadBalancer": {"ingress": [{"ip": answer.value, "ipMode": "VIP"}]}})
        context.report(key, SOURCE, FAILED, problem if answer and answer.problem else "")
