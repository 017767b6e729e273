"""Rules for the workloads: what their nodes can carry, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from settings.aks import MOST_MEDIA_NODES
from settings.capacity import most_calls
from settings.errors import Problem
from settings.images import Image, ImagesSettings
from settings.stack import Settings
from settings.vm_sizes import VM_SIZES

NODE_CPUS: Final = 1
"""What a node keeps: AKS reserves 0.14 of 4 and 0.18 of 8 CPUs (AKS node reservations), the rest is for daemons and
sidecars, which ask for 0.7 together.
"""
MEDIA_WORKLOADS: Final = {"freeswitch": "sip", "livekit-sip": "sip", "livekit": "livekit"}
"""Workloads that have a node to themselves, and their pool."""


def _pools_carry_the_calls(settings: Settings) -> Iterator[Problem]:
    capacity, telephony = settings.capacity, settings.telephony
    for workload, pool in MEDIA_WORKLOADS.items():
        needed = capacity.pods[workload]
        most = settings.aks.media_pools[pool].max_nodes_per_zone if pool in settings.aks.media_pools else 0
        if needed.pods_per_zone > MOST_MEDIA_NODES:
            fits = most_calls(needed.calls_per_pod, capacity.share.regions, capacity.share.zones)
            yield Problem(
                "voice:telephony.concurrentCalls",
                telephony.concurrent_calls,
                f"at most {fits} in a region: pool {pool} has addresses for {MOST_MEDIA_NODES} nodes in each zone,"
                f" {needed.calls_per_pod} calls on each {workload}",
                "choose larger nodes with more CPUs for it, or spread the calls over more regions.",
            )
        elif pool in settings.aks.media_pools and needed.pods_per_zone > most:
            yield Problem(
                f"voice:aks.mediaPools.{pool}.maxNodesPerZone",
                most,
                f"at least {needed.pods_per_zone}: {telephony.concurrent_calls} calls, {needed.calls_per_pod} on each"
                f" {workload}, also with a zone or a region lost",
                "raise it, or lower voice:telephony.concurrentCalls; `make capacity` shows the reckoning.",
            )
    agents = capacity.pods["voice-agent"]
    pods = -(-capacity.share.with_a_lost_region // agents.calls_per_pod)
    if settings.agent.max_replicas < pods:
        yield Problem(
            "voice:agent.maxReplicas",
            settings.agent.max_replicas,
            f"at least {pods}: {capacity.share.with_a_lost_region} calls with those of a lost region,"
            f" {agents.calls_per_pod} on each agent",
            "raise it and maxNodes of pool agents, or lower voice:telephony.concurrentCalls.",
        )


def _replicas_are_in_order(settings: Settings) -> Iterator[Problem]:
    agent = settings.agent
    if agent.min_replicas > agent.max_replicas:
        yield Problem(
            "voice:agent.minReplicas",
            agent.min_replicas,
            f"at most maxReplicas ({agent.max_replicas})",
            "lower the minimum or raise the maximum.",
        )


def _pods_fit_their_nodes(settings: Settings) -> Iterator[Problem]:
    cpus = {"sip": settings.freeswitch.cpu + settings.livekit_sip.cpu, "livekit": settings.livekit.cpu}
    path = {"sip": "voice:freeswitch.cpu", "livekit": "voice:livekit.cpu"}
    for name, wanted in cpus.items():
        pool = settings.aks.media_pools.get(name)
        for generation in pool.generations if pool else ():
            room = VM_SIZES[generation.vm_size].cpus - NODE_CPUS
            if generation.state == "active" and wanted > room:
                yield Problem(
                    path[name],
                    wanted,
                    f"at most {room} whole CPUs on {generation.vm_size} of pool {name}, the node's own share taken off"
                    + (" (FreeSWITCH and LiveKit SIP share the node)" if name == "sip" else ""),
                    "lower the CPUs, or choose a larger size by a new generation.",
                )


def _production_names_its_images(settings: Settings) -> Iterator[Problem]:
    if settings.stack_class != "production":
        return
    for field in ImagesSettings.model_fields:
        image = getattr(settings.images, field)
        if isinstance(image, Image) and image.digest is None:
            alias = ImagesSettings.model_fields[field].alias or field
            if field == "livekit_egress" and not settings.egress.enabled:
                continue
            yield Problem(
                f"voice:images.{alias}.digest",
                None,
                "the image's digest: in class production a tag could bring something else tomorrow",
                f"push {image.repository} to the registry and put the digest that `az acr repository show` names.",
            )


def _agent_secrets_exist(settings: Settings) -> Iterator[Problem]:
    for variable, secret in settings.agent.secret_variables.items():
        if secret not in settings.secrets:
            yield Problem(
                f"voice:agent.secretVariables.{variable}",
                secret,
                "the name of a secret in voice:secrets",
                f"run `pulumi config set --path --secret 'voice:secrets.{secret}'`.",
            )
    for variable in settings.agent.environment.keys() & settings.agent.secret_variables.keys():
        yield Problem(
            f"voice:agent.environment.{variable}",
            variable,
            "a variable that is not in secretVariables too",
            "remove one of the two.",
        )


WORKLOAD_RULES: Final[dict[str, Callable[[Settings], Iterable[Problem]]]] = {
    "replicas are in order": _replicas_are_in_order,
    "pods fit their nodes": _pods_fit_their_nodes,
    "pools carry the calls": _pools_carry_the_calls,
    "production names its images": _production_names_its_images,
    "agent secrets exist": _agent_secrets_exist,
}
