"""The values that every chart of ours takes: plain, from settings alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from model import ports, secrets
from model.address_plan import region_plan
from model.drain import drain_budget
from model.identities import WorkloadAccount, account
from model.kubernetes import PROMETHEUS_AUTHENTICATION
from model.naming import Naming, global_names, region_names
from model.public_addresses import PublicAddress
from model.secrets import GENERATED_SECRETS
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import Image

ADDRESS_ANNOTATION: Final = "service.beta.kubernetes.io/azure-pip-name"
GROUP_ANNOTATION: Final = "service.beta.kubernetes.io/azure-load-balancer-resource-group"
"""Which of our addresses Azure's load balancer takes; source:
https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#loadbalancer-annotations.
"""
CLUSTER_DOMAIN: Final = "svc.cluster.local"


def image_values(image: Image, settings: AksStackSettings) -> dict[str, Any]:
    """An image, from the environment's registry where the stack says so."""
    own = settings.images.source == "ownRegistry"
    repository = f"{registry_server(global_names(settings))}/{image.repository}" if own else image.repository
    return {"repository": repository, "tag": image.tag or "", "digest": image.digest or ""}


def registry_server(global_names: Naming) -> str:
    """The registry's address, computed from its name."""
    return f"{global_names.registry}.azurecr.io"


def common_values(settings: AksStackSettings, own: WorkloadAccount, image: Image) -> dict[str, Any]:
    """What is the same in every chart: names, images, secrets and metrics."""
    monitors = {"managed": "azure", "inCluster": "operator", "none": "none"}
    return {
        "image": image_values(image, settings),
        "toolsImage": image_values(settings.images.tools, settings),
        "serviceAccount": {"create": False, "name": own.name},
        "secretProviderClass": {"create": False, "name": own.name},
        "secretGenerations": secret_generations(settings, own),
        "zones": list(settings.aks.zones),
        "metrics": {
            "monitor": monitors[settings.metrics.backend],
            "intervalSeconds": settings.metrics.interval_seconds,
        },
    }


def secret_generations(settings: AksStackSettings, own: WorkloadAccount) -> dict[str, str]:
    """Generations of the generated secrets that a workload reads: a new one rolls its pods."""
    generated = [secret.name for secret in GENERATED_SECRETS]
    read = [name for name in own.reads(settings.secrets) if name in generated]
    return {name: str(settings.key_vault.generation(name)) for name in read}


def pool_values(settings: AksStackSettings, pool: str) -> dict[str, Any]:
    """The pool and its generations that take pods."""
    generations = {**settings.aks.media_pools, **settings.aks.pools}[pool].generations
    return {"name": pool, "generations": [g.name for g in generations if g.state == "active"]}


def guaranteed(cpu: int, memory: str) -> dict[str, Any]:
    """Requests equal to limits: whole CPUs of the pod's own, and never the first to be evicted."""
    amount = {"cpu": str(cpu), "memory": memory}
    return {"requests": amount, "limits": amount}


def drain_values(settings: AksStackSettings) -> dict[str, Any]:
    """The clocks of a stopping pod, seconds."""
    telephony = settings.telephony
    return {
        "deregistrationDelaySeconds": telephony.deregistration_delay_seconds,
        "maxCallSeconds": telephony.max_call_seconds,
        "uploadSeconds": telephony.upload_seconds,
        "graceSeconds": drain_budget(telephony).grace_seconds,
    }


def autoscaling_values(
    settings: AksStackSettings, fewest: int, most: int, address: pulumi.Input[str] | None
) -> dict[str, Any]:
    """Scaling between two numbers of pods. `address` is where Prometheus answers; `None`: no scaling."""
    if not settings.scaling.enabled or address is None or fewest == most:
        return {"enabled": False, "minReplicas": fewest, "maxReplicas": most}
    authentication = {"authentication": PROMETHEUS_AUTHENTICATION} if settings.metrics.backend == "managed" else {}
    return {
        "enabled": True,
        "minReplicas": fewest,
        "maxReplicas": most,
        "prometheusAddress": address,
        **authentication,
    }


def load_balancer_annotations(settings: AksStackSettings, address: PublicAddress) -> dict[str, str]:
    """Annotations that give a Service one of the region's static addresses."""
    names = region_names(settings)
    return {ADDRESS_ANNOTATION: names.public_address(address), GROUP_ANNOTATION: names.resource_group}


def inside_cidrs(settings: AksStackSettings) -> list[str]:
    """Where calls from inside come from: the region's network and its pods."""
    plan = region_plan(settings.this_region)
    return [plan.network, plan.pods]


def service_host(service: WorkloadAccount) -> str:
    """Name of a workload's Service in the cluster."""
    return f"{service.name}.{service.namespace}.{CLUSTER_DOMAIN}"


def livekit_url() -> str:
    """LiveKit's signalling in the cluster."""
    return f"ws://{service_host(account('livekit'))}:{ports.LIVEKIT_SIGNALLING.first}"


def redis_values(settings: AksStackSettings) -> dict[str, Any]:
    """The region's Redis, as LiveKit and those beside it know it: its default user, over TLS."""
    host = region_names(settings).redis_host(settings.this_region.location)
    return {"address": f"{host}:{ports.REDIS.first}", "username": "default", "tls": True}


def livekit_secret_names() -> dict[str, str]:
    """Names in the vault that LiveKit and those beside it read."""
    return {
        "apiKey": secrets.LIVEKIT_API_KEY.name,
        "apiSecret": secrets.LIVEKIT_API_SECRET.name,
        "redisPassword": secrets.REDIS_PASSWORD,
    }


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """One mapping of several that share no key. Raises `ValueError` where they do."""
    result: dict[str, Any] = {}
    for part in parts:
        shared: Sequence[str] = sorted(result.keys() & part.keys())
        if shared:
            raise ValueError(f"two parts state {', '.join(shared)}")
        result.update(part)
    return result
