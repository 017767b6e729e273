"""The routes of the front, in the order in which they are tried."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.rest import (
    authorization,
    listings,
    names,
    offers,
    policies,
    providers,
    resources,
    subscriptions,
    usages,
)
from azure_rehearsal.azure.rest.request import Route

ROUTES: Final[tuple[Route, ...]] = (
    *subscriptions.ROUTES,
    *usages.ROUTES,
    *offers.ROUTES,
    *policies.ROUTES,
    *authorization.ROUTES,
    *resources.ROUTES,
    *providers.ROUTES,
    *listings.ROUTES,
    *names.ROUTES,
    *listings.OF_TYPE,
    *resources.ANY_RESOURCE,
)
