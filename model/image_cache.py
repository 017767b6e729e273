"""Images of Docker Hub that the environment's registry caches.

Docker Hub limits pulls by address, and all nodes behind the NAT gateway have one. With a cache rule, the registry pulls
an image once, and the nodes pull it from the registry. All tiers have cache rules
(learn.microsoft.com/azure/container-registry/artifact-cache-overview).

The nodes pull images of other public registries (ghcr.io, quay.io, registry.k8s.io, mcr.microsoft.com) directly.
"""

from __future__ import annotations

from typing import Final

from model.naming import global_names
from settings.schema.aks_stack import AksStackSettings

DOCKER_HUB: Final = "docker.io"
CACHED_NAMESPACES: Final = ("envoyproxy", "grafana", "jaegertracing", "otel")
"""The namespaces of Docker Hub from which third-party charts take images. Each is a repository path of its own in the
registry, so that paths stay the same.
"""


def source_repository(namespace: str) -> str:
    """Returns the images that a rule covers in Docker Hub."""
    return f"{DOCKER_HUB}/{namespace}/*"


def target_repository(namespace: str) -> str:
    """Returns the path of these images in the registry."""
    return f"{namespace}/*"


def image_registry(settings: AksStackSettings) -> str:
    """Returns the registry from which nodes pull images of `CACHED_NAMESPACES`."""
    return global_names(settings).registry_host if settings.registry.docker_hub_cache else DOCKER_HUB
