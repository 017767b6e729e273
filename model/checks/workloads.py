"""Rules for the workloads: capacity of their nodes, images and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.capacity import most_calls, region_capacity
from model.checks.rules import Rules
from model.pools import AGENTS, API, MEDIA_POOLS
from model.workloads import CALL_WORKLOADS, enabled_workloads, media_workloads
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from settings.schema.aks import MOST_MEDIA_NODES
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem
from settings.schema.images import Image, ImagesSettings
from settings.schema.vm_sizes import VM_SIZES

NODE_CPUS: Final = 1
"""CPUs of a node that workloads cannot use: AKS reserves 0.14 of 4 and 0.18 of 8 CPUs (AKS node reservations); daemons
and sidecars request 0.7 together.
"""


def _pools_carry_the_calls(settings: AksStackSettings) -> Iterator[Problem]:
    capacity, telephony = region_capacity(settings), settings.telephony
    media: dict[str, int] = {name: pool.max_nodes_per_zone for name, pool in settings.aks.media_pools.items()}
    zonal = [known for known in CALL_WORKLOADS if known.pool.media]
    for workload, pool in ((known.name, known.pool.name) for known in zonal):
        needed, max_count = capacity.pods[workload], media.get(pool)
        if needed.pods_per_zone > MOST_MEDIA_NODES:
            fits = most_calls(needed.calls_per_pod, capacity.share.regions, capacity.share.zones)
            yield Problem(
                "calls-beyond-addresses",
                "voice:telephony.concurrentCalls",
                telephony.concurrent_calls,
                f"at most {fits} in a region, because pool {pool} has addresses for {MOST_MEDIA_NODES} nodes in each"
                f" zone and each {workload} carries {needed.calls_per_pod} calls",
                f"Use larger nodes and more CPUs for {workload}, or distribute the calls over more regions.",
            )
        elif max_count is not None and needed.pods_per_zone > max_count:
            yield Problem(
                "too-few-media-nodes",
                f"voice:aks.mediaPools.{pool}.maxNodesPerZone",
                max_count,
                f"at least {needed.pods_per_zone} for {telephony.concurrent_calls} concurrent calls,"
                f" {needed.calls_per_pod} on each {workload}, also after the loss of a zone or a region",
                "Raise it, or lower `voice:telephony.concurrentCalls`. `make capacity` shows the calculation.",
            )


def agent_nodes(settings: AksStackSettings) -> int:
    """Returns the nodes of pool `agents` that its calls need. Two agents never share a node, nor do two egress pods; an
    agent and an egress pod share one if their CPUs fit.
    """
    agents, egress = region_capacity(settings).pods[VOICE_AGENT.name].pods, settings.egress
    if not egress.enabled:
        return agents
    active = [g for g in settings.aks.pools[AGENTS.name].generations if g.state == "active"]
    room = min(generation.size.cpus for generation in active) - NODE_CPUS
    together = settings.agent.cpu + egress.cpu <= room
    return max(agents, egress.replicas) if together else agents + egress.replicas


def _agents_carry_the_calls(settings: AksStackSettings) -> Iterator[Problem]:
    capacity = region_capacity(settings)
    agents = capacity.pods[VOICE_AGENT.name]
    bounds = [("voice:agent.maxReplicas", settings.agent.max_replicas, agents.pods, "")]
    if AGENTS.name in settings.aks.pools:
        nodes = settings.aks.pools[AGENTS.name].max_nodes
        beside = ", and for the egress pods" if settings.egress.enabled else ""
        bounds.append((f"voice:aks.pools.{AGENTS.name}.maxNodes", nodes, agent_nodes(settings), beside))
    for path, max_count, needed, beside in bounds:
        if max_count < needed:
            yield Problem(
                "too-few-agents",
                path,
                max_count,
                f"at least {needed} for {capacity.share.with_a_lost_region} concurrent calls, which include those of a"
                f" lost region, {agents.calls_per_pod} on each agent, also after the loss of a zone{beside}",
                "Raise it, or lower `voice:telephony.concurrentCalls`. `make capacity` shows the calculation.",
            )


def _pods_that_do_not_scale_carry_the_calls(settings: AksStackSettings) -> Iterator[Problem]:
    """Without scaling, the number of pods is always the minimum."""
    if settings.scaling.enabled:
        return
    pods = region_capacity(settings).pods
    minimums = [("voice:agent.minReplicas", settings.agent.min_replicas, pods[VOICE_AGENT.name].pods)]
    for name, pool in settings.aks.media_pools.items():
        needed = max(pods[known.name].pods_per_zone for known in CALL_WORKLOADS if known.pool.name == name)
        minimums.append((f"voice:aks.mediaPools.{name}.minNodesPerZone", pool.min_nodes_per_zone, needed))
    for path, stated, needed in minimums:
        if stated < needed:
            yield Problem(
                "too-few-fixed-pods",
                path,
                stated,
                f"at least {needed} for {settings.telephony.concurrent_calls} concurrent calls, also after the loss of"
                " a zone or a region, because `voice:scaling.enabled` is false",
                "Raise it, or set `voice:scaling.enabled` to true.",
            )


def _rollouts_find_a_node(settings: AksStackSettings) -> Iterator[Problem]:
    """A rollout starts a new pod before it stops an old one, and two pods of a workload never share a node."""
    aks = settings.aks
    remediation = "Raise it. The autoscaler adds nodes above the minimum only while pods need them."
    for name, media in aks.media_pools.items():
        if media.max_nodes_per_zone == media.min_nodes_per_zone:
            path = f"voice:aks.mediaPools.{name}.maxNodesPerZone"
            expected = (
                f"more than `minNodesPerZone` ({media.min_nodes_per_zone}), because a rollout needs one more node"
            )
            yield Problem("no-node-for-rollout", path, media.max_nodes_per_zone, expected, remediation)
    replicas = (
        (AGENTS.name, "voice:agent.minReplicas", settings.agent.min_replicas),
        (API.name, "voice:sipEdge.replicas", settings.sip_edge.replicas),
    )
    for name, setting, pods in replicas:
        if name in aks.pools and aks.pools[name].max_nodes <= pods:
            expected = f"more than `{setting}` ({pods}), because a rollout needs one more node"
            path = f"voice:aks.pools.{name}.maxNodes"
            yield Problem("no-node-for-rollout", path, aks.pools[name].max_nodes, expected, remediation)


def _replicas_are_in_order(settings: AksStackSettings) -> Iterator[Problem]:
    agent = settings.agent
    if agent.min_replicas > agent.max_replicas:
        yield Problem(
            "min-above-max",
            "voice:agent.minReplicas",
            agent.min_replicas,
            f"at most `maxReplicas` ({agent.max_replicas})",
            "Lower the minimum, or raise the maximum.",
        )


def _pods_fit_their_nodes(settings: AksStackSettings) -> Iterator[Problem]:
    for pool in MEDIA_POOLS:
        sharing = media_workloads(pool)
        wanted = sum(known.calls.section(settings).cpu for known in sharing if known.calls)
        generations = [
            g for name, media in settings.aks.media_pools.items() if name == pool.name for g in media.generations
        ]
        for generation in generations:
            room = VM_SIZES[generation.vm_size].cpus - NODE_CPUS
            if generation.state == "active" and wanted > room:
                sections = " and ".join(f"`{known.section}.cpu`" for known in sharing)
                place = f"{generation.vm_size} of pool {pool.name}"
                yield Problem(
                    "pod-larger-than-node",
                    f"voice:{sharing[0].section}.cpu",
                    wanted,
                    f"at most {room} CPUs on {place}, where {NODE_CPUS} CPU is reserved"
                    + (f"; {sections} count together" if len(sharing) > 1 else ""),
                    "Lower the CPUs, or add a generation with a larger size.",
                )


def _production_names_its_images(settings: AksStackSettings) -> Iterator[Problem]:
    """Every image of an enabled workload has a digest."""
    if settings.stack_class != "production" or not settings.workloads.enabled:
        return
    for field in dict.fromkeys(image for known in enabled_workloads(settings) for image in known.images):
        image: Image = getattr(settings.images, field)
        if image.digest is None:
            alias = ImagesSettings.model_fields[field].alias or field
            yield Problem(
                "image-without-digest",
                f"voice:images.{alias}.digest",
                None,
                "the image's digest in class `production`, because the content of a tag can change",
                f"Push {image.repository} to the registry, and add the digest that `az acr repository show` returns;"
                " or set `voice:workloads.enabled` to false until the images are there.",
            )


def _workloads_need_kubernetes_objects(settings: AksStackSettings) -> Iterator[Problem]:
    if settings.workloads.enabled and not settings.aks.kubernetes_objects:
        yield Problem(
            "workloads-without-kubernetes-objects",
            "voice:workloads.enabled",
            True,
            "false, because `voice:aks.kubernetesObjects` is false and workloads are objects in the cluster",
            "Set it to false in this step, or set `voice:aks.kubernetesObjects` to true.",
        )


def _agent_secrets_exist(settings: AksStackSettings) -> Iterator[Problem]:
    for variable, secret in settings.agent.secret_variables.items():
        if secret not in settings.secrets:
            yield Problem(
                "unknown-secret",
                f"voice:agent.secretVariables.{variable}",
                secret,
                "the name of a secret in `voice:secrets`",
                f"Run `pulumi config set --path --secret 'voice:secrets.{secret}'`.",
            )
    for variable in settings.agent.environment.keys() & settings.agent.secret_variables.keys():
        yield Problem(
            "repeated-variable",
            f"voice:agent.environment.{variable}",
            variable,
            "a variable that is not in `secretVariables`",
            "Remove one of the two.",
            wrong="is also in `secretVariables`",
        )


WORKLOAD_RULES: Final[Rules[AksStackSettings]] = {
    "replicas are in order": _replicas_are_in_order,
    "pods fit their nodes": _pods_fit_their_nodes,
    "pools carry the calls": _pools_carry_the_calls,
    "agents carry the calls": _agents_carry_the_calls,
    "pods that do not scale carry the calls": _pods_that_do_not_scale_carry_the_calls,
    "rollouts find a node": _rollouts_find_a_node,
    "production names its images": _production_names_its_images,
    "workloads need kubernetes objects": _workloads_need_kubernetes_objects,
    "agent secrets exist": _agent_secrets_exist,
}
