"""Azure's names and ids, computed from the stack's own words: explicit, so that a plan always knows them.

`Naming` is the one place where names are put together. Limits are Azure's ("Naming rules and restrictions for Azure
resources"); the words they are made of are limited in `settings`, so that no name ever needs cutting (a property test
proves it). Ids of resources in other stacks come from here as well, since names are all that an id is made of.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from settings.schema.stack import StackSettings

_ROLE_ASSIGNMENTS: Final = uuid.UUID("6f0c1b1e-3c4b-4d0e-9a55-0d7c3d1c7a42")
"""The namespace of role assignment names. Changing it replaces every role assignment."""

_SUFFIX_LENGTH: Final = 5
_DIGEST_LENGTH: Final = 10


@dataclass(frozen=True)
class Naming:
    """Names of one scope of an environment: one region, or the global part (`scope="global"`).

    `subscription_id` is used in ids only.
    """

    prefix: str
    environment: str
    scope: str
    subscription_id: str

    @property
    def stem(self) -> str:
        """What every name ends with: `<prefix>-<environment>-<region>`."""
        return f"{self.prefix}-{self.environment}-{self.scope}"

    def in_scope(self, scope: str) -> Naming:
        """The names of another region, or of the global part, of the same environment."""
        return Naming(self.prefix, self.environment, scope, self.subscription_id)

    @property
    def resource_group(self) -> str:
        return f"rg-{self.stem}"

    @property
    def node_resource_group(self) -> str:
        """The group that AKS fills and owns; nothing of ours lives in it."""
        return f"rg-{self.stem}-nodes"

    @property
    def virtual_network(self) -> str:
        return f"vnet-{self.stem}"

    def subnet(self, purpose: str) -> str:
        return f"snet-{purpose}"

    def security_group(self, purpose: str) -> str:
        return f"nsg-{self.stem}-{purpose}"

    def application_security_group(self, purpose: str) -> str:
        return f"asg-{self.stem}-{purpose}"

    @property
    def nat_gateway(self) -> str:
        return f"ng-{self.stem}"

    def public_address(self, purpose: str) -> str:
        return f"pip-{self.stem}-{purpose}"

    def public_prefix(self, pool: str, zone: str) -> str:
        return f"ippre-{self.stem}-{pool}-{zone}"

    def peering(self, other_scope: str) -> str:
        """The peering that lives in this scope's network and leads to the other's."""
        return f"peer-{self.scope}-to-{other_scope}"

    def zone_link(self) -> str:
        return f"link-{self.stem}"

    @property
    def cluster(self) -> str:
        return f"aks-{self.stem}"

    @property
    def cluster_dns_prefix(self) -> str:
        return self.cluster

    def identity(self, purpose: str) -> str:
        return f"id-{self.stem}-{purpose}"

    def agent_pool(self, pool: str, generation: str, zone: str = "") -> str:
        """A node pool's name: at most 12 lower-case letters and digits."""
        return f"{pool}{zone}{generation}"

    @property
    def postgresql_zone(self) -> str:
        """The private zone of PostgreSQL in a delegated subnet: Azure asks for this ending and a name of our own."""
        return f"{self.stem}.private.postgres.database.azure.com"

    # Names that must be unique in all of Azure.

    @property
    def suffix(self) -> str:
        """The same for all that belongs to this scope, and different in another subscription."""
        return hashlib.sha256(f"{self.subscription_id}|{self.stem}".encode()).hexdigest()[:_SUFFIX_LENGTH]

    def unique(self, kind: str, longest: int, separator: str = "-") -> str:
        """`<kind>-<stem>-<suffix>`, at most `longest` characters; without `separator` letters and digits only.

        A stem too long for that is shortened, and a longer digest of all of it keeps the name apart from others.
        """
        stem = self.stem if separator else self.stem.replace("-", "")
        name = separator.join((kind, stem, self.suffix))
        if len(name) <= longest:
            return name
        digest = hashlib.sha256(f"{self.subscription_id}|{self.stem}".encode()).hexdigest()[:_DIGEST_LENGTH]
        room = longest - len(separator.join((kind, "", digest)))
        return separator.join((kind, stem[:room].rstrip("-"), digest))

    @property
    def registry(self) -> str:
        return self.unique("acr", 50, separator="")

    @property
    def vault(self) -> str:
        return self.unique("kv", 24)

    @property
    def storage_account(self) -> str:
        return self.unique("st", 24, separator="")

    @property
    def egress_storage_account(self) -> str:
        """LiveKit egress uses an account key, so its files have an account of their own."""
        return self.unique("steg", 24, separator="")

    @property
    def postgresql_server(self) -> str:
        return self.unique("psql", 63)

    def postgresql_replica(self, number: int) -> str:
        return self.unique(f"psql-r{number}", 63)

    @property
    def redis(self) -> str:
        return self.unique("redis", 60)

    def redis_host(self, location: str) -> str:
        return f"{self.redis}.{location}.redis.azure.net"

    @property
    def postgresql_host(self) -> str:
        return f"{self.postgresql_server}.postgres.database.azure.com"

    @property
    def blob_host(self) -> str:
        return f"{self.storage_account}.blob.core.windows.net"

    @property
    def cosmos_account(self) -> str:
        return self.unique("cosmos", 44)

    @property
    def grafana(self) -> str:
        return self.unique("amg", 23)

    def traffic_manager(self, profile: str) -> str:
        """A profile, and its label in `traffic_manager_host`: one label of DNS, at most 63 characters."""
        return self.unique(f"traf-{profile}", 63)

    def traffic_manager_host(self, profile: str) -> str:
        """The profile's own name in public DNS."""
        return f"{self.traffic_manager(profile)}.trafficmanager.net"

    @property
    def log_workspace(self) -> str:
        return f"log-{self.stem}"

    @property
    def audit_workspace(self) -> str:
        return f"log-{self.stem}-audit"

    @property
    def application_insights(self) -> str:
        return f"appi-{self.stem}"

    @property
    def monitor_workspace(self) -> str:
        return self.unique("amw", 44)

    @property
    def collection_endpoint(self) -> str:
        return self.unique("dce", 44)

    def collection_rule(self, purpose: str) -> str:
        return f"dcr-{self.stem}-{purpose}"

    def rule_group(self, purpose: str) -> str:
        """Rules of managed Prometheus that are evaluated together."""
        return f"prg-{self.stem}-{purpose}"

    @property
    def flow_log(self) -> str:
        return f"flow-{self.stem}"

    def private_endpoint(self, purpose: str) -> str:
        return f"pe-{self.stem}-{purpose}"

    # Ids. Azure compares them without case; these are in the case that Azure answers with.

    @property
    def resource_group_id(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    def resource_id(self, provider_type: str, *names: str) -> str:
        """The id of a resource in this scope's group: `resource_id("Microsoft.Network/virtualNetworks/subnets", vnet,
        subnet)`.

        Raises `ValueError` when the number of names is not that of the type's segments.
        """
        provider, *types = provider_type.split("/")
        if len(types) != len(names):
            raise ValueError(f"{provider_type} needs {len(types)} names, got {len(names)}")
        path = "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))
        return f"{self.resource_group_id}/providers/{provider}/{path}"

    @property
    def virtual_network_id(self) -> str:
        return self.resource_id("Microsoft.Network/virtualNetworks", self.virtual_network)


def region_names(settings: StackSettings) -> Naming:
    """Returns the names of the resources in the stack's region."""
    return Naming(settings.naming.prefix, settings.environment, settings.region, settings.azure.subscription_id)


def global_names(settings: StackSettings) -> Naming:
    """Returns the names of the environment's global resources."""
    return region_names(settings).in_scope("global")


WATCHER_GROUP: Final = "NetworkWatcherRG"
"""Azure makes it by itself."""


def network_watcher(location: str) -> str:
    """The watcher that Azure makes in each region by itself."""
    return f"NetworkWatcher_{location}"


def role_assignment_name(scope: str, principal: str, role: str) -> str:
    """A GUID that is the same in every run: Azure wants one for a name, and refuses a second one for the same triple.

    `scope` is the id of what the role is for, `principal` whatever names the principal for good (an identity's id,
    not its principal id, which is not known before the identity exists), `role` the id of the role.
    """
    return str(uuid.uuid5(_ROLE_ASSIGNMENTS, "|".join((scope.lower(), principal.lower(), role.lower()))))
