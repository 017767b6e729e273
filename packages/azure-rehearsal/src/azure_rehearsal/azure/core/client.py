"""The client of the simulated Azure: subscription, tenant and principal of the rehearsed deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

_PLACEHOLDER: Final = "00000000-0000-4000-8000-00000000000{}"


@dataclass(frozen=True)
class Client:
    """The ids that `authorization.getClientConfig` returns, and principals that exist outside the simulated Azure.

    `principals` are object ids of service principals from the rehearsed settings (pipelines, the deployer); users and
    groups are not listed. Ids that are not configured have placeholder values. `address` is the IP address from which
    the client reaches Azure: private inside a network, empty if unknown.
    """

    subscription_id: str = _PLACEHOLDER.format(1)
    tenant_id: str = _PLACEHOLDER.format(2)
    object_id: str = _PLACEHOLDER.format(3)
    client_id: str = _PLACEHOLDER.format(4)
    principals: frozenset[str] = frozenset()
    address: str = ""

    @classmethod
    def named(cls, **ids: str) -> Client:
        """A client with these ids; placeholders for ids that are missing or empty."""
        return replace(cls(), **{key: value for key, value in ids.items() if value})

    def with_settings(self, settings: Mapping[str, Any]) -> Client:
        """This client with the ids of the provider's own configuration."""
        named = {
            "subscription_id": settings.get("subscriptionId"),
            "tenant_id": settings.get("tenantId"),
            "client_id": settings.get("clientId"),
        }
        return replace(self, **{key: value for key, value in named.items() if isinstance(value, str) and value})

    @property
    def subscription(self) -> str:
        """The ARM id of the subscription."""
        return f"/subscriptions/{self.subscription_id}"
