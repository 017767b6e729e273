"""Who asks: subscription, tenant and principal of the deployment that is rehearsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

_PLACEHOLDER: Final = "00000000-0000-4000-8000-00000000000{}"


@dataclass(frozen=True)
class Client:
    """The answers of `authorization.getClientConfig`, and the principals that exist outside the simulated Azure.

    `principals` are object ids of service principals that settings name (pipelines, the deployer); users and groups
    need not be listed. Placeholders stand for what nobody names: no rehearsal reaches a real subscription.
    """

    subscription_id: str = _PLACEHOLDER.format(1)
    tenant_id: str = _PLACEHOLDER.format(2)
    object_id: str = _PLACEHOLDER.format(3)
    client_id: str = _PLACEHOLDER.format(4)
    principals: frozenset[str] = frozenset()

    @classmethod
    def named(cls, **ids: str) -> Client:
        """The placeholders, but for the ids that are given and not empty."""
        return replace(cls(), **{key: value for key, value in ids.items() if value})

    def with_settings(self, settings: Mapping[str, Any]) -> Client:
        """This client as the provider's own configuration changes it."""
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
