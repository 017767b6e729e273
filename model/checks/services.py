"""Rules for what runs in the cluster for everybody: names, certificates, routes, metrics, mesh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.checks.rules import Rules
from model.gateway import BUILT_IN_ROUTES, HEALTH_PATH, ROUTE_NAMESPACES
from model.host_names import GATEWAY_SERVICES, OWN_SERVICES, host_names
from model.kubernetes import NAMESPACES
from settings.schema.errors import Problem
from settings.schema.gateway import Route
from settings.schema.mesh import FIRST_REVISION, MESH_STEPS, REVISION_KUBERNETES, minor_version
from settings.schema.stack import Settings


def _certificates_can_be_issued(settings: Settings) -> Iterator[Problem]:
    certificates = settings.certificates
    if certificates.directory is None:
        return
    if not settings.dns.delegated:
        yield Problem(
            "voice:certificates.issuer",
            certificates.issuer,
            "selfSigned until the zone is delegated: an authority asks the public DNS whether the zone is yours",
            f"deploy with selfSigned, enter the name servers of output dnsNameServers for {settings.dns.zone} at its"
            " parent zone, then set voice:dns.delegated to true and this issuer.",
        )
    if certificates.email is None:
        yield Problem(
            "voice:certificates.email",
            None,
            f"a mail address, since issuer is {certificates.issuer}",
            "name a mailbox that somebody reads.",
        )


def _names_of_regions_are_free(settings: Settings) -> Iterator[Problem]:
    for position, region in enumerate(settings.regions):
        if region.name in OWN_SERVICES:
            yield Problem(
                f"voice:regions[{position}].name",
                region.name,
                f"a name other than {', '.join(OWN_SERVICES)}: these are names of services in {settings.dns.zone}",
                "rename the region.",
            )


def _routes_lead_somewhere(settings: Settings) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for position, route in enumerate(settings.gateway.routes):
        path = f"voice:gateway.routes[{position}]"
        yield from _host_is_served(settings, route, f"{path}.host")
        if route.namespace not in ROUTE_NAMESPACES:
            yield Problem(
                f"{path}.namespace",
                route.namespace,
                f"a namespace of the platform: {', '.join(ROUTE_NAMESPACES)}",
                "put the Service into one of them.",
            )
        if route.path == HEALTH_PATH:
            yield Problem(
                f"{path}.path",
                route.path,
                f"a path other than {HEALTH_PATH}, which the Gateway answers itself",
                "choose another path.",
            )
        yield from _path_is_free(route, f"{path}.path")
        earlier = seen.setdefault((route.host, route.path), position)
        if earlier != position:
            yield Problem(
                f"{path}.path",
                route.path,
                f"a path of {route.host} that no other route has; voice:gateway.routes[{earlier}] has it",
                "choose another path or host.",
            )


def _host_is_served(settings: Settings, route: Route, path: str) -> Iterator[Problem]:
    """Hosts are one label under a zone that the Gateway's certificate covers, and lead to the Gateway."""
    zone = settings.dns.zone
    label, _, parent = route.host.partition(".")
    region_zones = [f"{region.name}.{zone}" for region in settings.regions]
    allowed = f"<name>.{zone} or <name>.<region>.{zone}"
    if parent not in (zone, *region_zones) or route.host in region_zones:
        fix = "choose a host one label under one of these: the certificate covers no other."
        yield Problem(path, route.host, allowed, fix)
    elif label in OWN_SERVICES and label not in GATEWAY_SERVICES:
        allowed = f"a name other than {label}, which does not lead to the Gateway"
        yield Problem(path, route.host, allowed, "choose another name.")
    elif parent == host_names(settings).region_zone and label not in OWN_SERVICES and not settings.dns.automatic:
        yield Problem(
            path,
            route.host,
            f"{allowed}, the second only with voice:dns.automatic: nobody else writes its record",
            f"set voice:dns.automatic to true, or use a name in {zone}, where the record * leads to the Gateway.",
        )


def _path_is_free(route: Route, path: str) -> Iterator[Problem]:
    """Of two routes to one place the older one wins, and nobody is told."""
    label = route.host.partition(".")[0]
    own = [built_in.path for built_in in BUILT_IN_ROUTES if built_in.label == label]
    if route.path in own:
        yield Problem(
            path,
            route.path,
            f"a path of {route.host} other than {', '.join(own)}, which lead to the platform's own services",
            "choose another path, or a host of your own.",
        )


def _the_gateway_may_grow(settings: Settings) -> Iterator[Problem]:
    gateway = settings.gateway
    if gateway.replicas > gateway.max_replicas:
        yield Problem(
            "voice:gateway.replicas",
            gateway.replicas,
            f"at most voice:gateway.maxReplicas ({gateway.max_replicas})",
            "raise maxReplicas, or lower replicas.",
        )


def _metrics_reach_who_scales(settings: Settings) -> Iterator[Problem]:
    if settings.scaling.enabled and settings.metrics.backend == "none":
        yield Problem(
            "voice:metrics.backend",
            "none",
            "managed or inCluster while voice:scaling.enabled is true: KEDA scales on metrics",
            "choose a backend, or set voice:scaling.enabled to false.",
        )


def _mesh_is_possible(settings: Settings) -> Iterator[Problem]:
    mesh = settings.mesh
    if mesh.enabled and not mesh.namespaces:
        yield Problem(
            "voice:mesh.namespaces",
            [],
            "at least one namespace while voice:mesh.enabled is true",
            "name the namespaces whose pods speak mutual TLS, or switch the mesh off.",
        )
    if mesh.namespaces and not mesh.enabled:
        yield Problem(
            "voice:mesh.namespaces",
            list(mesh.namespaces),
            "nothing while voice:mesh.enabled is false",
            "set enabled to true, or remove the namespaces.",
        )
    # Pods on their nodes' network cannot have a sidecar; controllers must work before the mesh does.
    possible = [namespace.name for namespace in NAMESPACES if namespace.mesh]
    for name in mesh.namespaces:
        if name not in possible:
            yield Problem(
                "voice:mesh.namespaces",
                name,
                f"namespaces that can have sidecars: {', '.join(possible)}",
                "remove it: pods on their nodes' network and controllers stay outside.",
            )


def _mesh_revisions_fit(settings: Settings) -> Iterator[Problem]:
    mesh, version = settings.mesh, settings.aks.kubernetes_version
    if not mesh.enabled:
        return
    given = {"voice:mesh.revision": mesh.revision, "voice:mesh.secondRevision": mesh.second_revision}
    for path, revision in given.items():
        if revision is None:
            continue
        if minor_version(revision) < FIRST_REVISION:
            yield Problem(
                path,
                revision,
                f"asm-1-{FIRST_REVISION} or newer: older ones put a container with rights over the network into each"
                " pod, which restricted namespaces refuse",
                f"name asm-1-{FIRST_REVISION} or a newer revision.",
            )
        elif version not in REVISION_KUBERNETES.get(revision, (version,)):
            yield Problem(
                path,
                revision,
                f"a revision for Kubernetes {version}; {revision} is for {', '.join(REVISION_KUBERNETES[revision])}",
                "name a newer revision (`az aks mesh get-revisions`), or stay at an older voice:aks.kubernetesVersion.",
            )
    if mesh.second_revision is None:
        return
    step = abs(minor_version(mesh.second_revision) - minor_version(mesh.revision))
    if step not in MESH_STEPS:
        yield Problem(
            "voice:mesh.secondRevision",
            mesh.second_revision,
            f"another revision than {mesh.revision}, at most {MESH_STEPS.stop - 1} newer or older:"
            " Azure upgrades no further in one go",
            "name a revision between, or leave it out.",
        )


SERVICE_RULES: Final[Rules] = {
    "certificates can be issued": _certificates_can_be_issued,
    "names of regions are free": _names_of_regions_are_free,
    "routes lead somewhere": _routes_lead_somewhere,
    "the gateway may grow": _the_gateway_may_grow,
    "metrics reach who scales": _metrics_reach_who_scales,
    "mesh is possible": _mesh_is_possible,
    "mesh revisions fit": _mesh_revisions_fit,
}
