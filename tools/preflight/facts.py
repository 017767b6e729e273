"""The facts that several checks share, read once and in parallel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from model.naming import Naming, global_names, region_names
from settings.schema.aks_stack import AksStackSettings
from tools.preflight.client import ResourceManager
from tools.preflight.sign_in import Principal

PROVIDERS_API = "2021-04-01"
SUBSCRIPTIONS_API = "2022-12-01"
RESOURCES_API = "2021-04-01"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What all checks read: the stack's settings, its subscription, and the environment of the deployer.

    `providers` are Azure's descriptions of the resource providers, by namespace in lower case. `existing` are the
    resources of the stack's groups that exist already, by id in lower case.
    """

    stack: str
    settings: AksStackSettings
    azure: ResourceManager
    principal: Principal
    environment: Mapping[str, str]
    subscription: Mapping[str, Any] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    locations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    existing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read: dict[str, Any] = field(default_factory=dict)

    @property
    def subscription_path(self) -> str:
        return f"/subscriptions/{self.settings.azure.subscription_id}"

    @property
    def location(self) -> str:
        """The location of the stack's region."""
        return self.settings.this_region.location

    @property
    def names(self) -> Naming:
        """The names of the region's resources."""
        return region_names(self.settings)

    @property
    def global_names(self) -> Naming:
        """The names of the environment's global resources."""
        return global_names(self.settings)

    def cached(self, key: str, read: Callable[[], T]) -> T:
        """Returns what `read` returns, and reads it once for all checks."""
        with self._lock:
            if key not in self._read:
                self._read[key] = read()
            found: T = self._read[key]
            return found

    def exists(self, id: str) -> bool:
        """Whether the stack's groups contain a resource of this id."""
        return id.lower() in self.existing

    def is_registered(self, provider: str) -> bool:
        """Whether a resource provider is registered in the subscription."""
        return self.providers.get(provider.lower(), {}).get("registrationState") == "Registered"


def read_facts(
    stack: str,
    settings: AksStackSettings,
    azure: ResourceManager,
    principal: Principal,
    environment: Mapping[str, str],
) -> Facts:
    """Reads the shared facts. Raises `Refused` if the principal cannot read the subscription."""
    path = f"/subscriptions/{settings.azure.subscription_id}"
    subscription = azure.get(path, SUBSCRIPTIONS_API)
    groups = (region_names(settings).resource_group_id, global_names(settings).resource_group_id)
    with ThreadPoolExecutor(max_workers=4) as pool:
        providers = pool.submit(azure.pages, f"{path}/providers", PROVIDERS_API)
        locations = pool.submit(azure.pages, f"{path}/locations", SUBSCRIPTIONS_API)
        resources = [pool.submit(azure.pages, f"{group}/resources", RESOURCES_API) for group in groups]
    return Facts(
        stack=stack,
        settings=settings,
        azure=azure,
        principal=principal,
        environment=environment,
        subscription=subscription,
        providers={item["namespace"].lower(): item for item in providers.result()},
        locations={item["name"]: item for item in locations.result()},
        existing={item["id"].lower(): item for future in resources for item in future.result()},
    )
