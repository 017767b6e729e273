"""Images in the registry, read with Azure's own client from a registry on loopback.

Response: Azure/azure-rest-api-specs: specification/containerregistry/data-plane/Azure.ContainerRegistry/stable/
2021-07-01/examples/GetManifestAttributes.json.
"""

from __future__ import annotations

from typing import Any

import pytest
from azure.containerregistry import ContainerRegistryClient
from azure.core.pipeline.transport import RequestsTransport

from model.naming import global_names
from settings.schema.aks_stack import AksStackSettings
from settings.schema.images import Image
from tests.preflight.fake_arm import FakeArm, codes, notes, results
from tests.preflight.test_findings import with_settings
from tools.preflight.checks import images
from tools.preflight.facts import Facts
from tools.preflight.findings import Check

KIND = "Microsoft.ContainerRegistry/registries"


class ToLoopback(RequestsTransport):
    """Sends the requests of a registry to a server on loopback."""

    def __init__(self, server: str, url: str) -> None:
        super().__init__()
        self._server, self._url = f"https://{server}", url

    def send(self, request: Any, **options: Any) -> Any:
        request.url = request.url.replace(self._server, self._url)
        return super().send(request, **options)


def manifest(registry: FakeArm, image: Image) -> None:
    path = f"/acr/v1/{image.repository}/_manifests/{image.digest}".lower()
    body = {
        "registry": "voice.azurecr.io",
        "imageName": image.repository,
        "manifest": {"digest": image.digest, "createdTime": "2026-11-01T00:00:00Z", "tags": [image.tag]},
    }
    registry.responses["GET", path] = (200, body)


@pytest.fixture
def registry(settings: AksStackSettings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with every image of the stack."""
    registry = FakeArm()
    for image in images.images(settings).values():
        manifest(registry, image)
    with registry.serving() as url:

        def client(_: Facts, server: str) -> ContainerRegistryClient:
            return ContainerRegistryClient(f"https://{server}", None, transport=ToLoopback(server, url), retry_total=0)

        monkeypatch.setattr(images, "registry_client", client)
        # The other checks use the simulation's sign-in, which has no registries.
        monkeypatch.setattr(images, "_is_simulated", lambda _: False)
        yield registry


CHECK: tuple[Check, ...] = (images.CHECK,)


def deployed(arm: FakeArm, settings: AksStackSettings) -> None:
    names = global_names(settings)
    id = names.resource_id(KIND, names.registry)
    arm.body("resources-global")["value"].append({"id": id, "name": names.registry, "type": KIND})


def test_a_registry_that_has_every_image_gives_no_finding(
    registry: FakeArm, arm: FakeArm, settings: AksStackSettings
) -> None:
    deployed(arm, settings)
    assert results(arm, settings, {}, CHECK) == []
    assert len(registry.requests) == len(images.images(settings))


def test_each_missing_image_is_a_finding(registry: FakeArm, arm: FakeArm, settings: AksStackSettings) -> None:
    deployed(arm, settings)
    registry.responses.popitem()
    assert codes(results(arm, settings, {}, CHECK)) == ["image-missing"]
    registry.responses.popitem()
    assert codes(results(arm, settings, {}, CHECK)) == ["image-missing", "image-missing"]


def test_a_tag_names_an_image_without_a_digest(registry: FakeArm, arm: FakeArm, settings: AksStackSettings) -> None:
    deployed(arm, settings)
    image = settings.images.livekit
    changed = with_settings(settings, "images.livekit", image.model_copy(update={"digest": None}))
    assert codes(results(arm, changed, {}, CHECK)) == ["image-missing"]
    rights = dict.fromkeys(("deleteEnabled", "writeEnabled", "listEnabled", "readEnabled"), True)
    tag = {"name": image.tag, "digest": image.digest, "changeableAttributes": rights}
    body = {"registry": "r", "imageName": image.repository, "tag": tag}
    registry.responses["GET", f"/acr/v1/{image.repository}/_tags/{image.tag}".lower()] = (200, body)
    assert codes(results(arm, changed, {}, CHECK)) == []


def test_a_registry_that_refuses_this_network_is_a_note(
    registry: FakeArm, arm: FakeArm, settings: AksStackSettings
) -> None:
    deployed(arm, settings)
    for key in registry.responses:
        registry.responses[key] = (403, {"errors": [{"code": "DENIED", "message": "client with IP is not allowed"}]})
    found = results(arm, settings, {}, CHECK)
    assert (codes(found), notes(found)) == ([], ["registry-not-reachable"])


def test_a_registry_that_does_not_exist_yet_is_a_note(arm: FakeArm, settings: AksStackSettings) -> None:
    found = results(arm, settings, {}, CHECK)
    assert (codes(found), notes(found)) == ([], ["registry-does-not-exist"])


def test_images_of_other_registries_are_not_checked(arm: FakeArm, settings: AksStackSettings) -> None:
    found = results(arm, with_settings(settings, "images.source", "upstream"), {}, CHECK)
    assert (codes(found), notes(found)) == ([], ["images-not-checked"])
