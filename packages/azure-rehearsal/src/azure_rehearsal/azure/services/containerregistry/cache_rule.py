"""Cache rules of a registry: the repositories of another registry that it pulls on demand."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, Immutable, Limit, Request
from azure_rehearsal.azure.services.containerregistry.common import CACHE_RULE, NAME, PATH
from azure_rehearsal.protocol.provider import Refused

UPSTREAMS: Final = (
    *("docker.io", "mcr.microsoft.com", "public.ecr.aws", "ghcr.io", "quay.io", "registry.k8s.io"),
    *("nvcr.io", "gcr.io"),
)
"""Registries that Azure can cache from; each Azure Container Registry and Google Artifact Registry has its own host.
Source: learn.microsoft.com/azure/container-registry/artifact-cache-overview, "Upstream support".
"""
OTHER_UPSTREAMS: Final = (".azurecr.io", "-docker.pkg.dev")


def _refuse_source(request: Request) -> None:
    host = str(request.get("sourceRepository", "")).partition("/")[0]
    if host not in UPSTREAMS and not host.endswith(OTHER_UPSTREAMS):
        raise Refused(
            "InvalidSourceRepository",
            f"Cache rule '{request.name}': the source repository '{request.get('sourceRepository')}' is not in a "
            "supported upstream registry.",
            "begin with the registry, such as docker.io/library/nginx",
        )


def _refuse_wildcards(request: Request) -> None:
    source, target = str(request.get("sourceRepository", "")), str(request.get("targetRepository", ""))
    if source.endswith("/*") != target.endswith("/*"):
        raise Refused(
            "InvalidCacheRule",
            f"Cache rule '{request.name}' has a wildcard in only one of '{source}' and '{target}'.",
            "end both repositories with /*, or none",
        )


def _refuse_overlap(request: Request) -> None:
    target = str(request.get("targetRepository", ""))
    for sibling in request.cloud.children(arm_ids.parent(request.id), CACHE_RULE):
        if not arm_ids.same(sibling.id, request.id) and sibling.properties.get("targetRepository") == target:
            raise Refused(
                "CacheRuleAlreadyExists",
                f"Cache rule '{arm_ids.name(sibling.id)}' has the target repository '{target}' already.",
                "give each rule a target repository of its own",
            )


TYPE: Final = ArmType(
    token=CACHE_RULE,
    path=f"{PATH}/cacheRules/{{cacheRuleName}}",
    limits={"registryName": NAME, "cacheRuleName": Limit(min_length=5, max_length=50, pattern=r"^[a-zA-Z0-9-]*$")},
    immutable=(Immutable("sourceRepository"), Immutable("targetRepository")),
    rules=(_refuse_source, _refuse_wildcards, _refuse_overlap),
)
