"""The virtual network of one region.

Belongs here: the network, its subnets, addresses, security groups, private zones and peerings. Does not belong here:
private endpoints (`components.private_endpoint`), public DNS (`components.region_dns`), network policies inside the
cluster (`components.platform_services.policies`).
"""

from components.network.network import Network, NetworkArgs

__all__ = ["Network", "NetworkArgs"]
