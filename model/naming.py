"""Names and ids of Azure resources, computed from settings, so that a plan always knows them.

`Naming` composes every name. The limits are Azure's ("Naming rules and restrictions for Azure resources"). Settings
limit the parts, so that only globally unique names can need shortening (a property test proves it). Ids of resources
in other stacks come from here too, because an id consists of names.
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
        """The end of every name: `<prefix>-<environment>-<region>`."""
        return f"{self.prefix}-{self.environment}-{self.scope}"

    def in_scope(self, scope: str) -> Naming:
        """Returns the names of another region, or of the global part, of the same environment."""
        return Naming(self.prefix, self.environment, scope, self.subscription_id)

    @property
    def resource_group(self) -> str:
        return f"rg-{self.stem}"

    @property
    def node_resource_group(self) -> str:
        """The resource group that AKS owns; it contains none of our resources."""
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
        """The peering of this scope's network to the other scope's."""
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
        """The name of a node pool in Azure: at most 12 lower-case letters and digits."""
        return f"{pool}{zone}{generation}"

    @property
    def postgresql_zone(self) -> str:
        """The private DNS zone of PostgreSQL in a delegated subnet. Azure requires this suffix."""
        return f"{self.stem}.private.postgres.database.azure.com"

    # Globally unique names.

    @property
    def suffix(self) -> str:
        """A suffix that is stable in this scope and different in another subscription."""
        return hashlib.sha256(f"{self.subscription_id}|{self.stem}".encode()).hexdigest()[:_SUFFIX_LENGTH]

    def unique(self, kind: str, longest: int, separator: str = "-") -> str:
        """`<kind>-<stem>-<suffix>`, at most `longest` characters; without `separator` letters and digits only.

        A stem that is too long is shortened, and a longer digest of the whole stem keeps the name unique.
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
    def registry_host(self) -> str:
        return f"{self.registry}.azurecr.io"

    @property
    def vault(self) -> str:
        return self.unique("kv", 24)

    @property
    def storage_account(self) -> str:
        return self.unique("st", 24, separator="")

    @property
    def egress_storage_account(self) -> str:
        """LiveKit egress uses an account key, so it has a storage account of its own."""
        return self.unique("steg", 24, separator="")

    @property
    def flow_log_storage_account(self) -> str:
        """Flow logs have an account of their own, without versions and soft-deleted files."""
        return self.unique("stfl", 24, separator="")

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
        """The name of a profile, and its DNS label in `traffic_manager_host`: at most 63 characters."""
        return self.unique(f"traf-{profile}", 63)

    def traffic_manager_host(self, profile: str) -> str:
        """The name of a profile in public DNS."""
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
        """A rule group of managed Prometheus."""
        return f"prg-{self.stem}-{purpose}"

    @property
    def flow_log(self) -> str:
        return f"flow-{self.stem}"

    def private_endpoint(self, purpose: str) -> str:
        return f"pe-{self.stem}-{purpose}"

    # Ids, in the case of Azure's responses. Azure compares them without case.

    @property
    def resource_group_id(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    def resource_id(self, provider_type: str, *names: str) -> str:
        """Returns the id of a resource in this scope's group.

        Example: `resource_id("Microsoft.Network/virtualNetworks/subnets", vnet, subnet)`.

        Raises `ValueError` if the number of names differs from the number of segments of the type.
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
"""Resource group that Azure creates."""


def network_watcher(location: str) -> str:
    """Returns the name of the network watcher that Azure creates in each region."""
    return f"NetworkWatcher_{location}"


def role_assignment_name(scope: str, principal: str, role: str) -> str:
    """Returns the name of a role assignment: a GUID that is the same in every run.

    Azure refuses a second assignment of the same scope, principal and role. `scope` is the id of the resource,
    `principal` a permanent id of the principal (an identity's resource id, because its principal id is unknown before
    the identity exists), `role` the id of the role.
    """
    return str(uuid.uuid5(_ROLE_ASSIGNMENTS, "|".join((scope.lower(), principal.lower(), role.lower()))))
