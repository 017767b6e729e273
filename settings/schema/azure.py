"""Where the platform is deployed, by whom, and under which names."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from settings.schema.types import Cidr, Cidrs, Guid, Location, Section, Word, refuse

REGION_NUMBERS: Final = range(1, 25)
"""Region numbers: the network of region *n* is 10.(10 n).0.0/16, and 10.240.0.0/16 is the last."""
NETWORK_PREFIX_LENGTH: Final = 16
"""Prefix length of a region's virtual network."""


class AzureSettings(Section):
    """The subscription that the stack belongs to; the program refuses to run as another one."""

    subscription_id: Guid
    """Azure subscription (GUID)."""
    tenant_id: Guid
    """Entra tenant (GUID)."""


class DeployerSettings(Section):
    """Who runs `pulumi up`, so that the cluster lets that principal in."""

    principal_id: Guid
    """Object id of the user, group or service principal that deploys (GUID)."""
    principal_type: Literal["User", "Group", "ServicePrincipal"] = "ServicePrincipal"
    """What `principalId` is."""
    egress_cidrs: Cidrs = ()
    """Public addresses that the deployer comes from; needed where the API server has authorised ranges."""
    kubernetes_login: Literal["azurecli", "workloadidentity"] = "azurecli"
    """How kubelogin gets its token: `azurecli` on a workstation, `workloadidentity` in a pipeline with OIDC."""


class NamingSettings(Section):
    """The words that Azure names are made of."""

    prefix: Annotated[Word, Field(max_length=16)]
    """First word of every name, 1-16 characters."""


def _region_network(value: str) -> str:
    network = ipaddress.IPv4Network(value)
    if network.prefixlen != NETWORK_PREFIX_LENGTH or not network.is_private:
        raise refuse(
            f"a private /{NETWORK_PREFIX_LENGTH} network, such as 10.10.0.0/16",
            "leave addressSpace out to get the network of the region's number, or choose a free private /16.",
        )
    return value


class Region(Section):
    """One region of the environment. Every stack of an environment lists all of them, in the order of deployment."""

    name: Annotated[Word, Field(max_length=20)]
    """Short name, part of Azure names and DNS names."""
    number: Annotated[int, Field(ge=REGION_NUMBERS.start, le=REGION_NUMBERS.stop - 1)]
    """Fixes the region's addresses; never reused, not even after the region is gone."""
    location: Location
    """Azure location."""
    address_space: Annotated[Cidr, AfterValidator(_region_network)] | None = None
    """Address space of the virtual network, a /16; default 10.(10 x number).0.0/16."""
    role: Literal["primary", "secondary"] = "secondary"
    """`primary` has the writable database; one region of an environment is it."""


class GlobalSettings(Section):
    """A stack with this section owns the global part of its environment (resource group; registry, DNS … as they
    come).
    """

    location: Location
    """Location of the global resource group's metadata."""
