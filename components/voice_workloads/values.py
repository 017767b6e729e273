"""Values that several of our charts share, from settings alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from model import ports, secrets
from model.address_plan import region_plan
from model.capacity import region_capacity
from model.drain import drain_budget
from model.kubernetes import PROMETHEUS_AUTHENTICATION
from model.naming import global_names, region_names
from model.permissions import WorkloadAccount
from model.pools import Pool, media_pool
from model.public_addresses import PublicAddress
from model.secrets import GENERATED_SECRETS
from model.workloads.livekit import WORKLOAD as LIVEKIT
from model.workloads.workload import Instance
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import Image

ADDRESS_ANNOTATION: Final = "service.beta.kubernetes.io/azure-pip-name"
GROUP_ANNOTATION: Final = "service.beta.kubernetes.io/azure-load-balancer-resource-group"
"""Annotations that select the address of Azure's load balancer; source:
https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/#loadbalancer-annotations.
"""


def image_values(image: Image, settings: AksStackSettings) -> dict[str, Any]:
    """Returns an image, from the environment's registry if the stack says so."""
    own = settings.images.source == "ownRegistry"
    repository = f"{global_names(settings).registry_host}/{image.repository}" if own else image.repository
    return {"repository": repository, "tag": image.tag or "", "digest": image.digest or ""}


@dataclass(frozen=True, kw_only=True)
class ValuesContext:
    """The inputs of the values of an instance.

    `prometheus` is the address that scaling queries; `None`: the workloads do not scale.
    """

    settings: AksStackSettings
    instance: Instance
    prometheus: pulumi.Input[str] | None

    @property
    def calls_per_pod(self) -> int:
        """The concurrent calls that a pod takes."""
        return region_capacity(self.settings).calls_per_pod(self.instance.workload.name)


def common_values(context: ValuesContext, image: Image) -> dict[str, Any]:
    """Returns the values that every Deployment has: names, images, secrets, place and metrics."""
    settings, name = context.settings, context.instance.name
    monitors = {"managed": "azure", "inCluster": "operator", "none": "none"}
    return {
        "image": image_values(image, settings),
        **({"toolsImage": tools_image(settings)} if "tools" in context.instance.workload.images else {}),
        "serviceAccount": {"create": False, "name": name},
        "secretProviderClass": {"create": False, "name": name},
        "secretGenerations": secret_generations(settings, context.instance.account),
        "zones": list(settings.aks.zones),
        "metrics": {
            "monitor": monitors[settings.metrics.backend],
            "intervalSeconds": settings.metrics.interval_seconds,
        },
        **place_values(context),
    }


def place_values(context: ValuesContext) -> dict[str, Any]:
    """Returns the pool and the priority of the pods."""
    workload = context.instance.workload
    return {"pool": pool_values(context.settings, workload.pool), "priorityClassName": workload.priority.name}


def tools_image(settings: AksStackSettings) -> dict[str, Any]:
    """Returns the image of init containers and sidecars."""
    return image_values(settings.images.tools, settings)


def media_scaling(context: ValuesContext) -> dict[str, Any]:
    """Returns replicas and scaling of a workload with one pod on each node of its media pool."""
    settings = context.settings
    pool, zones = media_pool(settings.aks, context.instance.workload.pool), len(settings.aks.zones)
    min_count, max_count = pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones
    return {
        "replicas": min_count,
        "autoscaling": autoscaling_values(settings, min_count, max_count, context.prometheus),
    }


def secret_generations(settings: AksStackSettings, own: WorkloadAccount) -> dict[str, str]:
    """Returns the generations of the generated secrets that a workload reads: a new one rolls its pods."""
    generated = [secret.name for secret in GENERATED_SECRETS]
    read = [name for name in own.reads(settings.secrets) if name in generated]
    return {name: str(settings.key_vault.generation(name)) for name in read}


def pool_values(settings: AksStackSettings, pool: Pool) -> dict[str, Any]:
    """Returns the pool and its generations that accept pods."""
    generations = {**settings.aks.media_pools, **settings.aks.pools}[pool.name].generations
    return {"name": pool.name, "generations": [g.name for g in generations if g.state == "active"]}


def guaranteed(cpu: int, memory: str) -> dict[str, Any]:
    """Returns requests equal to limits: exclusive whole CPUs, and QoS class Guaranteed."""
    amount = {"cpu": str(cpu), "memory": memory}
    return {"requests": amount, "limits": amount}


def drain_values(settings: AksStackSettings) -> dict[str, Any]:
    """Returns the drain times of a stopping pod, seconds."""
    telephony = settings.telephony
    return {
        "deregistrationDelaySeconds": telephony.deregistration_delay_seconds,
        "maxCallSeconds": telephony.max_call_seconds,
        "uploadSeconds": telephony.upload_seconds,
        "graceSeconds": drain_budget(telephony).grace_seconds,
    }


def autoscaling_values(
    settings: AksStackSettings, min_count: int, max_count: int, address: pulumi.Input[str] | None
) -> dict[str, Any]:
    """Returns scaling between two numbers of pods. `address` is the address of Prometheus; `None`: no scaling."""
    if not settings.scaling.enabled or address is None or min_count == max_count:
        return {"enabled": False, "minReplicas": min_count, "maxReplicas": max_count}
    authentication = {"authentication": PROMETHEUS_AUTHENTICATION} if settings.metrics.backend == "managed" else {}
    return {
        "enabled": True,
        "minReplicas": min_count,
        "maxReplicas": max_count,
        "prometheusAddress": address,
        **authentication,
    }


def load_balancer_annotations(settings: AksStackSettings, address: PublicAddress) -> dict[str, str]:
    """Returns annotations that give a Service one of the region's static addresses."""
    names = region_names(settings)
    return {ADDRESS_ANNOTATION: names.public_address(address), GROUP_ANNOTATION: names.resource_group}


def inside_cidrs(settings: AksStackSettings) -> list[str]:
    """Returns the sources of calls from inside: the region's network and its pods."""
    plan = region_plan(settings.this_region)
    return [plan.network, plan.pods]


def livekit_url() -> str:
    """Returns the URL of LiveKit's signaling in the cluster."""
    return f"ws://{LIVEKIT.host}:{ports.LIVEKIT_SIGNALLING.first}"


def redis_values(settings: AksStackSettings) -> dict[str, Any]:
    """Returns the region's Redis for LiveKit, LiveKit SIP and egress: the default user, over TLS."""
    host = region_names(settings).redis_host(settings.this_region.location)
    return {"address": f"{host}:{ports.REDIS.first}", "username": "default", "tls": True}


def livekit_secret_names() -> dict[str, str]:
    """Returns the secrets that LiveKit, LiveKit SIP and egress read."""
    return {
        "apiKey": secrets.LIVEKIT_API_KEY.name,
        "apiSecret": secrets.LIVEKIT_API_SECRET.name,
        "redisPassword": secrets.REDIS_PASSWORD,
    }


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Merges mappings without a common key. Raises `ValueError` if they have one."""
    result: dict[str, Any] = {}
    for part in parts:
        shared: Sequence[str] = sorted(result.keys() & part.keys())
        if shared:
            raise ValueError(f"two parts state {', '.join(shared)}")
        result.update(part)
    return result
