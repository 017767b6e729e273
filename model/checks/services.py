"""Rules for the services that the whole cluster shares: names, certificates, routes, metrics, mesh."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from model.checks.rules import Rules
from model.gateway import BUILT_IN_ROUTES, HEALTH_PATH, ROUTE_NAMESPACES
from model.host_names import GATEWAY_SERVICES, OWN_SERVICES, host_names
from model.kubernetes import NAMESPACES
from settings.schema.aks_stack import AksStackSettings
from settings.schema.errors import Problem
from settings.schema.gateway import Route
from settings.schema.mesh import FIRST_REVISION, MESH_STEPS, REVISION_KUBERNETES, minor_version


def _certificates_can_be_issued(settings: AksStackSettings) -> Iterator[Problem]:
    certificates = settings.certificates
    if certificates.directory is None:
        return
    if not settings.dns.delegated:
        yield Problem(
            "issuer-without-delegation",
            "voice:certificates.issuer",
            certificates.issuer,
            "selfSigned until the zone is delegated, because an authority verifies the zone in public DNS",
            f"Deploy with `selfSigned`, enter the name servers of output `dnsNameServers` for {settings.dns.zone} in"
            " its parent zone, then set `voice:dns.delegated` to true and set this issuer.",
        )
    if certificates.email is None:
        yield Problem(
            "issuer-without-email",
            "voice:certificates.email",
            None,
            f"a mail address, because `issuer` is `{certificates.issuer}`",
            "Add the address of a mailbox that your team reads.",
        )


def _names_of_regions_are_free(settings: AksStackSettings) -> Iterator[Problem]:
    for position, region in enumerate(settings.regions):
        if region.name in OWN_SERVICES:
            yield Problem(
                "region-named-as-service",
                f"voice:regions[{position}].name",
                region.name,
                f"a name other than {', '.join(OWN_SERVICES)}, which are names of services in {settings.dns.zone}",
                "Rename the region.",
            )


def _routes_have_targets(settings: AksStackSettings) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for position, route in enumerate(settings.gateway.routes):
        path = f"voice:gateway.routes[{position}]"
        yield from _host_is_served(settings, route, f"{path}.host")
        if route.namespace not in ROUTE_NAMESPACES:
            yield Problem(
                "unknown-route-namespace",
                f"{path}.namespace",
                route.namespace,
                f"a namespace of the platform: {', '.join(ROUTE_NAMESPACES)}",
                "Move the Service to one of them.",
            )
        if route.path == HEALTH_PATH:
            yield Problem(
                "route-on-health-path",
                f"{path}.path",
                route.path,
                f"a path other than {HEALTH_PATH}, to which the Gateway itself responds",
                "Use another path.",
            )
        yield from _path_is_free(route, f"{path}.path")
        earlier = seen.setdefault((route.host, route.path), position)
        if earlier != position:
            yield Problem(
                "repeated-route",
                f"{path}.path",
                route.path,
                f"a path of {route.host} that no other route has; `voice:gateway.routes[{earlier}]` has it",
                "Use another path or host.",
            )


def _host_is_served(settings: AksStackSettings, route: Route, path: str) -> Iterator[Problem]:
    """A host is one label below a zone that the Gateway's certificate covers, and resolves to the Gateway."""
    zone = settings.dns.zone
    label, _, parent = route.host.partition(".")
    region_zones = [f"{region.name}.{zone}" for region in settings.regions]
    expected = f"<name>.{zone} or <name>.<region>.{zone}"
    if parent not in (zone, *region_zones) or route.host in region_zones:
        remediation = "Use one of these forms, because the certificate covers no other host."
        yield Problem("host-outside-zone", path, route.host, expected, remediation)
    elif label in OWN_SERVICES and label not in GATEWAY_SERVICES:
        expected = f"a name other than {label}, which does not resolve to the Gateway"
        yield Problem("host-of-other-service", path, route.host, expected, "Use another name.")
    elif parent == host_names(settings).region_zone and label not in OWN_SERVICES and not settings.dns.automatic:
        yield Problem(
            "host-without-record",
            path,
            route.host,
            f"<name>.{zone}, because `voice:dns.automatic` is false and nothing creates the record of another host",
            f"Set `voice:dns.automatic` to true, or use a name in {zone}, where the record `*` resolves to the"
            " Gateway.",
        )


def _path_is_free(route: Route, path: str) -> Iterator[Problem]:
    """If two routes have the same host and path, the older one takes precedence without any message."""
    label = route.host.partition(".")[0]
    own = [built_in.path for built_in in BUILT_IN_ROUTES if built_in.label == label]
    if route.path in own:
        yield Problem(
            "route-of-platform",
            path,
            route.path,
            f"a path of {route.host} other than {', '.join(own)}, which the platform's own services use",
            "Use another path, or another host.",
        )


def _gateway_can_grow(settings: AksStackSettings) -> Iterator[Problem]:
    gateway = settings.gateway
    if gateway.replicas > gateway.max_replicas:
        yield Problem(
            "min-above-max",
            "voice:gateway.replicas",
            gateway.replicas,
            f"at most `voice:gateway.maxReplicas` ({gateway.max_replicas})",
            "Raise `maxReplicas`, or lower `replicas`.",
        )


def _scaling_has_metrics(settings: AksStackSettings) -> Iterator[Problem]:
    if settings.scaling.enabled and settings.metrics.backend == "none":
        yield Problem(
            "scaling-without-metrics",
            "voice:metrics.backend",
            "none",
            "managed or inCluster, because `voice:scaling.enabled` is true and KEDA scales on metrics",
            "Use one of these, or set `voice:scaling.enabled` to false.",
        )


def _mesh_is_possible(settings: AksStackSettings) -> Iterator[Problem]:
    mesh = settings.mesh
    if mesh.enabled and not mesh.namespaces:
        yield Problem(
            "mesh-without-namespaces",
            "voice:mesh.namespaces",
            [],
            "at least one namespace, because `voice:mesh.enabled` is true",
            "Add the namespaces whose pods use mutual TLS, or set `enabled` to false.",
        )
    if mesh.namespaces and not mesh.enabled:
        yield Problem(
            "mesh-disabled",
            "voice:mesh.namespaces",
            list(mesh.namespaces),
            "no namespaces, because `voice:mesh.enabled` is false",
            "Set `enabled` to true, or remove the namespaces.",
        )
    # Pods on the host network cannot have a sidecar; controllers must work before the mesh does.
    possible = [namespace.name for namespace in NAMESPACES if namespace.mesh]
    for name in mesh.namespaces:
        if name not in possible:
            yield Problem(
                "mesh-namespace-without-sidecars",
                "voice:mesh.namespaces",
                name,
                f"namespaces that support sidecars: {', '.join(possible)}",
                "Remove it. Pods on the host network and controllers cannot join the mesh.",
                wrong=f"contains `{name}`",
            )


def _mesh_revisions_fit(settings: AksStackSettings) -> Iterator[Problem]:
    mesh, version = settings.mesh, settings.aks.kubernetes_version
    if not mesh.enabled:
        return
    revisions = {"voice:mesh.revision": mesh.revision, "voice:mesh.secondRevision": mesh.second_revision}
    for path, revision in revisions.items():
        if revision is None:
            continue
        if minor_version(revision) < FIRST_REVISION:
            yield Problem(
                "mesh-revision-too-old",
                path,
                revision,
                f"asm-1-{FIRST_REVISION} or newer, because older revisions add a container with network"
                " administration rights to each pod, which restricted namespaces refuse",
                f"Use asm-1-{FIRST_REVISION} or a newer revision.",
            )
        elif version not in REVISION_KUBERNETES.get(revision, (version,)):
            yield Problem(
                "mesh-revision-for-other-kubernetes",
                path,
                revision,
                f"a revision for Kubernetes {version}; {revision} supports {', '.join(REVISION_KUBERNETES[revision])}",
                "Use a newer revision (`az aks mesh get-revisions`), or an older `voice:aks.kubernetesVersion`.",
            )
    if mesh.second_revision is None:
        return
    step = abs(minor_version(mesh.second_revision) - minor_version(mesh.revision))
    if step not in MESH_STEPS:
        yield Problem(
            "mesh-upgrade-too-far",
            "voice:mesh.secondRevision",
            mesh.second_revision,
            f"a revision other than {mesh.revision} and at most {MESH_STEPS.stop - 1} versions newer or older, the"
            " limit of Azure for one upgrade",
            "Use a revision in between, or remove the setting.",
        )


def _registry_reaches_all_regions(settings: AksStackSettings) -> Iterator[Problem]:
    if len(settings.regions) > 1 and settings.registry.tier != "Premium":
        yield Problem(
            "registry-without-replicas",
            "voice:registry.tier",
            settings.registry.tier,
            "Premium, because the environment has several regions and only this tier has replicas",
            "Set the tier to `Premium`.",
        )


SERVICE_RULES: Final[Rules[AksStackSettings]] = {
    "registry reaches all regions": _registry_reaches_all_regions,
    "certificates can be issued": _certificates_can_be_issued,
    "names of regions are free": _names_of_regions_are_free,
    "routes have targets": _routes_have_targets,
    "gateway can grow": _gateway_can_grow,
    "scaling has metrics": _scaling_has_metrics,
    "mesh is possible": _mesh_is_possible,
    "mesh revisions fit": _mesh_revisions_fit,
}
