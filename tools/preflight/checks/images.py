"""The images of the stack's workloads in the environment's registry.

Reads manifests through the registry's own API (azure-containerregistry), because Azure Resource Manager does not list
them. The registry is closed to the internet: outside its network, preflight can only say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from azure.containerregistry import ContainerRegistryClient
from azure.core.exceptions import AzureError, ResourceNotFoundError

from model.workloads import enabled_workloads
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import Image
from tools.preflight.client import ENDPOINT
from tools.preflight.facts import Facts
from tools.preflight.findings import Check, Finding, Note, Result

TYPE: Final = "Microsoft.ContainerRegistry/registries"
_SECONDS: Final = 10


def images(settings: AksStackSettings) -> dict[str, Image]:
    """Returns the images of the workloads that the stack deploys, by their key in `voice:images`."""
    if not settings.workloads.enabled:
        return {}
    fields = dict.fromkeys(field for workload in enabled_workloads(settings) for field in workload.images)
    return {
        type(settings.images).model_fields[field].alias or field: getattr(settings.images, field) for field in fields
    }


def _check(facts: Facts) -> Iterator[Result]:
    settings, registry = facts.settings, facts.global_names.registry
    wanted = images(settings)
    if not wanted:
        return
    if settings.images.source != "ownRegistry":
        yield Note(code="images-not-checked", text="Images come from other registries (`voice:images.source`).")
        return
    id = facts.global_names.resource_id(TYPE, registry)
    if not facts.exists(id):
        yield Note(
            code="registry-does-not-exist",
            text=f"The registry {registry} does not exist yet. Deploy once without workloads, then push"
            f" {len(wanted)} images.",
        )
        return
    if _is_simulated(facts):
        yield Note(code="images-not-checked", text="The simulated Azure has no contents of registries.")
        return
    yield from _manifests(facts, f"{registry}.azurecr.io", wanted)


def _manifests(facts: Facts, server: str, wanted: dict[str, Image]) -> Iterator[Result]:
    client = registry_client(facts, server)
    missing = []
    for key, image in wanted.items():
        reference = image.digest or image.tag or "latest"
        try:
            client.get_manifest_properties(image.repository, reference)
        except ResourceNotFoundError:
            missing.append((key, image, reference))
        except AzureError as error:
            yield Note(
                code="registry-not-reachable",
                text=f"{server} does not let preflight read images from here ({str(error).splitlines()[0]}). Run"
                " preflight in the region's network, for example on its runner.",
            )
            return
    for key, image, reference in missing:
        yield Finding(
            code="image-missing",
            wrong=f"The registry has no image {image.repository} with {reference} (`voice:images.{key}`).",
            expected="every image that the stack names, by digest or tag",
            fix="Import the image, which also works from outside the registry's network, or correct the setting.",
            command=f"az acr import --name {facts.global_names.registry} --source <registry/repository:tag>"
            f" --image {image.repository}:{image.tag or 'latest'}",
        )


def _is_simulated(facts: Facts) -> bool:
    return facts.azure.simulated


def registry_client(facts: Facts, server: str) -> ContainerRegistryClient:
    """Returns the client of a registry, with the sign-in of the deployer."""
    return ContainerRegistryClient(
        f"https://{server}", facts.azure.credential, audience=ENDPOINT, retry_total=1, timeout=_SECONDS
    )


CHECK = Check(name="images in the registry", run=_check)
