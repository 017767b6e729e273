"""The identity under which a program reaches the simulated Azure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Caller:
    """The program's directory and its Azure identity, from the stack file.

    An empty id means that the stack file has none; the simulated Azure then uses a placeholder. `unreachable` are the
    Azure locations that do not respond. `in_cluster_network` is whether the program runs where private API servers
    respond: in the network of their cluster, or in one that is peered with it and linked to its DNS zone.
    """

    directory: Path
    subscription_id: str = ""
    tenant_id: str = ""
    principal_id: str = ""
    unreachable: frozenset[str] = frozenset()
    in_cluster_network: bool = True
