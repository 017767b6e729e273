"""Services of type LoadBalancer: cloud-provider-azure gives them an address, or says in an event why it cannot."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.kubernetes.cluster import Key
from azure_rehearsal.kubernetes.controllers.reconcile_context import ReconcileContext

WATCHES: Final = (("", "Service"),)
SOURCE: Final = "service-controller"
FAILED: Final = "SyncLoadBalancerFailed"


def reconcile(context: ReconcileContext) -> None:
    """Brings the load balancers in Azure, and the status of each Service, to what all Services want."""
    services = context.objects("", "Service")
    # A class names another controller, which AKS does not have.
    balanced = [
        item
        for item in services
        if item["spec"].get("type") == "LoadBalancer" and not item["spec"].get("loadBalancerClass")
    ]
    answers = context.azure.sync_load_balancers(context.cluster_id, balanced)
    for item in services:
        key, answer = Key.of(item), answers.get(item["metadata"]["uid"])
        problem = f"Error syncing load balancer: failed to ensure load balancer: {answer.problem}" if answer else ""
        if answer is None:
            context.set_status(key, {"loadBalancer": {}})
        elif not answer.problem:
            context.set_status(key, {"loadBalancer": {"ingress": [{"ip": answer.value, "ipMode": "VIP"}]}})
        context.report(key, SOURCE, FAILED, problem if answer and answer.problem else "")
