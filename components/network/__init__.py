"""The virtual network of one region."""

from components.network.network import Network, NetworkArgs

__all__ = ["Network", "NetworkArgs"]
