"""Backends for tests of the engine: only the `random` package, with resources that it refuses."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.protocol.provider import CreatedButFailed, Difference, FakeProvider, Refused, Resource, RetryWait
from azure_rehearsal.protocol.random_provider import FakeRandomProvider

SLOW: Final = "TEST_CREATION_SECONDS"


class FailingRandomProvider(FakeRandomProvider):
    """Refuses the resource `refused`, fails after the creation of `half`, and can be slow."""

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        if not preview:
            time.sleep(float(os.environ.get(SLOW, "0")))
            if resource.name == "refused":
                raise Refused("QuotaExceeded", "the quota is used up", "request more quota")
        id, outputs = super().create(resource, inputs, preview)
        if not preview and resource.name == "half":
            raise CreatedButFailed(
                Refused("NotReady", "it was created but does not start", "read its log"), id, outputs
            )
        return id, outputs


class RandomBackends:
    """Backends that store nothing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        return {"random": FailingRandomProvider}

    def leftovers(self) -> list[str]:
        return []

    def orphans(self) -> list[str]:
        return []

    def unready(self) -> list[str]:
        return []

    def take_retry_waits(self) -> list[RetryWait]:
        return []

    def contents(self) -> set[str]:
        return set()

    def find(self, caller: Caller, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        return ""

    def change(self, id: str, path: str, value: Any) -> None:
        raise Refused("NothingThere", f"{id} does not exist")

    def remove(self, id: str) -> None:
        raise Refused("NothingThere", f"{id} does not exist")

    def save(self) -> None:
        (self.directory / "saved").write_text("yes")


class ServiceProvider(FakeRandomProvider):
    """The `random` package as a service: resources exist under an id, are updated in place, and can be missing."""

    def __init__(self, backends: ServiceBackends) -> None:
        self._backends = backends

    def diff(
        self, resource: Resource, id: str, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference:
        return Difference(changed=super().diff(resource, id, old_inputs, old_outputs, new).changed)

    def create(self, resource: Resource, inputs: dict[str, Any], preview: bool) -> tuple[str, dict[str, Any]]:
        _, outputs = super().create(resource, inputs, preview)
        id = f"{resource.type}/{resource.name}"
        if preview:
            return "", outputs
        if id in self._backends.resources:
            raise Refused("AlreadyExists", f"{id} already exists")
        self._backends.write(id, outputs)
        return id, outputs

    def update(
        self,
        resource: Resource,
        id: str,
        old_inputs: dict[str, Any],
        old_outputs: dict[str, Any],
        new: dict[str, Any],
        preview: bool,
    ) -> dict[str, Any]:
        outputs = {**old_outputs, **new}
        if not preview:
            self._backends.write(id, outputs)
        return outputs

    def delete(self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
        self._backends.write(id, None)

    def read(
        self, resource: Resource, id: str, inputs: dict[str, Any], outputs: dict[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        live = self._backends.resources.get(id)
        computed = ("result", "bcryptHash", "b64Url", "b64Std", "hex", "dec")
        return None if live is None else (id, live, {key: live[key] for key in live if key not in computed})


class ServiceBackends(RandomBackends):
    """Backends that store resources in a file at once. `find` assumes at most one resource of each type."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._file = directory / "resources.json"
        self.resources: dict[str, dict[str, Any]] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def factories(self, caller: Caller) -> dict[str, Callable[[], FakeProvider]]:
        return {"random": lambda: ServiceProvider(self)}

    def write(self, id: str, outputs: dict[str, Any] | None) -> None:
        if outputs is None:
            self.resources.pop(id, None)
        else:
            self.resources[id] = outputs
        self._file.write_text(json.dumps(self.resources))

    def leftovers(self) -> list[str]:
        return sorted(self.resources)

    def take_retry_waits(self) -> list[RetryWait]:
        return []

    def contents(self) -> set[str]:
        return set(self.resources)

    def find(self, caller: Caller, type: str, inputs: Mapping[str, Any], owned: Collection[str]) -> str:
        return next((id for id in self.resources if id.startswith(f"{type}/") and id not in owned), "")

    def change(self, id: str, path: str, value: Any) -> None:
        self.write(id, {**self.resources[id], path: value})

    def remove(self, id: str) -> None:
        self.write(id, None)
