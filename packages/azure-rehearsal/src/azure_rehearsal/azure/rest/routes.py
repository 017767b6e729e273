"""The routes of the front, in the order in which they are tried."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.rest import authorization, offers, policies, providers, resources, subscriptions, usages
from azure_rehearsal.azure.rest.request import Route

ROUTES: Final[tuple[Route, ...]] = (
    *subscriptions.ROUTES,
    *usages.ROUTES,
    *offers.ROUTES,
    *policies.ROUTES,
    *authorization.ROUTES,
    *resources.ROUTES,
    *providers.ROUTES,
    *resources.ANY_RESOURCE,
)
