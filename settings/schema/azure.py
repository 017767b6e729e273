"""Subscription, deployer, naming and regions of a stack."""

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
    """The subscription of the stack. The program refuses to run against another subscription."""

    subscription_id: Guid
    """Azure subscription (GUID)."""
    tenant_id: Guid
    """Entra tenant (GUID)."""


class DeployerSettings(Section):
    """The principal that runs `pulumi up`. It gets access to the cluster."""

    principal_id: Guid
    """Object id of the user, group or service principal that deploys (GUID)."""
    principal_type: Literal["User", "Group", "ServicePrincipal"] = "ServicePrincipal"
    """Type of `principalId`."""
    egress_cidrs: Cidrs = ()
    """Public addresses of the deployer, not private ones. Required if the API server has authorized ranges."""
    private_network: bool = False
    """Whether the deployer runs in the network of the region (its subnet `runners`), or in a network that is peered
    with it and linked to the DNS zone of the API server. A private API server requires it for objects in the cluster.
    """
    kubernetes_login: Literal["azurecli", "workloadidentity", "azurepipelines"] = "azurecli"
    """Source of kubelogin's token: `azurecli` on a workstation or a virtual machine, `workloadidentity` in GitHub
    Actions, `azurepipelines` in Azure DevOps.
    """


class NamingSettings(Section):
    """The prefix of Azure resource names."""

    prefix: Annotated[Word, Field(max_length=16)]
    """First part of Azure resource names, 1-16 characters."""


def _region_network(value: str) -> str:
    network = ipaddress.IPv4Network(value)
    if network.prefixlen != NETWORK_PREFIX_LENGTH or not network.is_private:
        raise refuse(
            "invalid-address-space",
            f"a private /{NETWORK_PREFIX_LENGTH} network, such as 10.10.0.0/16",
            "Remove `addressSpace` to use the network of the region's number, or use a free private /16.",
        )
    return value


class Region(Section):
    """One region of the environment. Every stack of an environment lists all regions, in deployment order."""

    name: Annotated[Word, Field(max_length=20)]
    """Short name, part of Azure names and DNS names."""
    number: Annotated[int, Field(ge=REGION_NUMBERS.start, le=REGION_NUMBERS.stop - 1)]
    """Determines the region's addresses, 1-24. Do not reuse the number of a removed region."""
    location: Location
    """Azure location."""
    address_space: Annotated[Cidr, AfterValidator(_region_network)] | None = None
    """Address space of the virtual network, a private /16. The default is 10.(10 x number).0.0/16."""
    role: Literal["primary", "secondary"] = "secondary"
    """`primary`: the region has the writable database. Exactly one region of an environment is primary."""


class GlobalSettings(Section):
    """The global part of the environment: registry, public DNS zone, Traffic Manager and Grafana. Exactly one stack of
    an environment has this section.
    """

    location: Location
    """Azure location of the metadata of the global resource group."""
