"""Rules for the workloads: what their nodes can carry, and what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.capacity import most_calls, region_capacity
from model.checks.rules import Rules
from model.pools import AGENTS, API, MEDIA_POOLS
from model.workloads import CALL_WORKLOADS, enabled_workloads, media_workloads
from model.workloads.voice_agent import WORKLOAD as VOICE_AGENT
from settings.schema.aks import MOST_MEDIA_NODES
from settings.schema.errors import Problem
from settings.schema.images import Image, ImagesSettings
from settings.schema.stack import Settings
from settings.schema.vm_sizes import VM_SIZES

NODE_CPUS: Final = 1
"""What a node keeps: AKS reserves 0.14 of 4 and 0.18 of 8 CPUs (AKS node reservations), the rest is for daemons and
sidecars, which ask for 0.7 together.
"""


def _pools_carry_the_calls(settings: Settings) -> Iterator[Problem]:
    capacity, telephony = region_capacity(settings), settings.telephony
    media = {name: pool.max_nodes_per_zone for name, pool in settings.aks.media_pools.items()}
    zonal = [known for known in CALL_WORKLOADS if known.pool.media]
    for workload, pool in ((known.name, known.pool.name) for known in zonal):
        needed, max_count = capacity.pods[workload], {**media}.get(pool)
        if needed.pods_per_zone > MOST_MEDIA_NODES:
            fits = most_calls(needed.calls_per_pod, capacity.share.regions, capacity.share.zones)
            yield Problem(
                "voice:telephony.concurrentCalls",
                telephony.concurrent_calls,
                f"at most {fits} in a region: pool {pool} has addresses for {MOST_MEDIA_NODES} nodes in each zone,"
                f" {needed.calls_per_pod} calls on each {workload}",
                "choose larger nodes with more CPUs for it, or spread the calls over more regions.",
            )
        elif max_count is not None and needed.pods_per_zone > max_count:
            yield Problem(
                f"voice:aks.mediaPools.{pool}.maxNodesPerZone",
                max_count,
                f"at least {needed.pods_per_zone}: {telephony.concurrent_calls} calls, {needed.calls_per_pod} on each"
                f" {workload}, also with a zone or a region lost",
                "raise it, or lower voice:telephony.concurrentCalls; `make capacity` shows the reckoning.",
            )


def agent_nodes(settings: Settings) -> int:
    """Nodes of pool `agents` that its calls need: two agents never share one, nor two recorders of rooms; an agent and
    a recorder do where their CPUs fit.
    """
    agents, egress = region_capacity(settings).pods[VOICE_AGENT.name].pods, settings.egress
    if not egress.enabled:
        return agents
    active = [g for g in settings.aks.pools[AGENTS.name].generations if g.state == "active"]
    room = min(generation.size.cpus for generation in active) - NODE_CPUS
    together = settings.agent.cpu + egress.cpu <= room
    return max(agents, egress.replicas) if together else agents + egress.replicas


def _agents_carry_the_calls(settings: Settings) -> Iterator[Problem]:
    capacity = region_capacity(settings)
    agents = capacity.pods[VOICE_AGENT.name]
    bounds = [("voice:agent.maxReplicas", settings.agent.max_replicas, agents.pods, "")]
    if AGENTS.name in settings.aks.pools:
        nodes = settings.aks.pools[AGENTS.name].max_nodes
        beside = ", and the recorders of rooms beside them" if settings.egress.enabled else ""
        bounds.append((f"voice:aks.pools.{AGENTS.name}.maxNodes", nodes, agent_nodes(settings), beside))
    for path, most, needed, beside in bounds:
        if most < needed:
            yield Problem(
                path,
                most,
                f"at least {needed}: {capacity.share.with_a_lost_region} calls with those of a lost region,"
                f" {agents.calls_per_pod} on each agent, also with a zone lost{beside}",
                "raise it, or lower voice:telephony.concurrentCalls; `make capacity` shows the reckoning.",
            )


def _pods_that_do_not_scale_carry_the_calls(settings: Settings) -> Iterator[Problem]:
    """Without scaling there are always the fewest pods."""
    if settings.scaling.enabled:
        return
    pods = region_capacity(settings).pods
    fewest = [("voice:agent.minReplicas", settings.agent.min_replicas, pods[VOICE_AGENT.name].pods)]
    for name, pool in settings.aks.media_pools.items():
        needed = max(pods[known.name].pods_per_zone for known in CALL_WORKLOADS if known.pool.name == name)
        fewest.append((f"voice:aks.mediaPools.{name}.minNodesPerZone", pool.min_nodes_per_zone, needed))
    for path, stated, needed in fewest:
        if stated < needed:
            yield Problem(
                path,
                stated,
                f"at least {needed} while voice:scaling.enabled is false:"
                f" {settings.telephony.concurrent_calls} calls, also with a zone or a region lost",
                "raise it, or let the workloads scale.",
            )


def _rollouts_find_a_node(settings: Settings) -> Iterator[Problem]:
    """A rollout starts a new pod before it ends an old one, and two pods of a workload never share a node."""
    aks = settings.aks
    fix = "raise it; nodes beyond the fewest are there only while they are needed."
    for name, media in aks.media_pools.items():
        if media.max_nodes_per_zone == media.min_nodes_per_zone:
            allowed = f"more than minNodesPerZone ({media.min_nodes_per_zone}): a rollout needs a node more than pods"
            yield Problem(f"voice:aks.mediaPools.{name}.maxNodesPerZone", media.max_nodes_per_zone, allowed, fix)
    replicas = (
        (AGENTS.name, "voice:agent.minReplicas", settings.agent.min_replicas),
        (API.name, "voice:sipEdge.replicas", settings.sip_edge.replicas),
    )
    for name, path, pods in replicas:
        if name in aks.pools and aks.pools[name].max_nodes <= pods:
            allowed = f"more than {path} ({pods}): a rollout needs a node more than pods"
            yield Problem(f"voice:aks.pools.{name}.maxNodes", aks.pools[name].max_nodes, allowed, fix)


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
    for pool in MEDIA_POOLS:
        sharing = media_workloads(pool)
        wanted = sum(known.calls.section(settings).cpu for known in sharing if known.calls)
        generations = [
            g for name, media in settings.aks.media_pools.items() if name == pool.name for g in media.generations
        ]
        for generation in generations:
            room = VM_SIZES[generation.vm_size].cpus - NODE_CPUS
            if generation.state == "active" and wanted > room:
                titles = " and ".join(known.title for known in sharing)
                place = f"{generation.vm_size} of pool {pool.name}"
                yield Problem(
                    f"voice:{sharing[0].section}.cpu",
                    wanted,
                    f"at most {room} whole CPUs on {place}, the node's own share taken off"
                    + (f" ({titles} share the node)" if len(sharing) > 1 else ""),
                    "lower the CPUs, or choose a larger size by a new generation.",
                )


def _production_names_its_images(settings: Settings) -> Iterator[Problem]:
    """Every image of an enabled workload has a digest."""
    if settings.stack_class != "production":
        return
    for field in dict.fromkeys(image for known in enabled_workloads(settings) for image in known.images):
        image: Image = getattr(settings.images, field)
        if image.digest is None:
            alias = ImagesSettings.model_fields[field].alias or field
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


WORKLOAD_RULES: Final[Rules] = {
    "replicas are in order": _replicas_are_in_order,
    "pods fit their nodes": _pods_fit_their_nodes,
    "pools carry the calls": _pools_carry_the_calls,
    "agents carry the calls": _agents_carry_the_calls,
    "pods that do not scale carry the calls": _pods_that_do_not_scale_carry_the_calls,
    "rollouts find a node": _rollouts_find_a_node,
    "production names its images": _production_names_its_images,
    "agent secrets exist": _agent_secrets_exist,
}
