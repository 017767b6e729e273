"""The private address of a managed service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from components.scope import Scope

ZONE_GROUP = "default"


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointArgs:
    """Args of `PrivateEndpoint`.

    `purpose` becomes part of the endpoint's name. `group` is the private-link group id of the service (`blob`, `vault`
    …). `after` are the last writes to the target: services refuse an endpoint during a write of the account or its
    children (`StorageAccountOperationInProgress`), and the other way round.
    """

    purpose: str
    subnet_id: pulumi.Input[str]
    target_id: pulumi.Input[str]
    group: str
    zone_ids: Sequence[pulumi.Input[str]]
    after: Sequence[pulumi.Resource]


class PrivateEndpoint(pulumi.ComponentResource):
    """The private address of a managed service, with its records in the private DNS zones.

    Owns the endpoint and its zone group, which writes the records. Does not own the zones, their links or the
    service.
    """

    endpoint_id: pulumi.Output[str]

    def __init__(
        self, name: str, scope: Scope, args: PrivateEndpointArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("voice:index:PrivateEndpoint", name, None, opts)
        endpoint_name = scope.names.private_endpoint(args.purpose)
        endpoint = network.PrivateEndpoint(
            f"{name}-endpoint",
            private_endpoint_name=endpoint_name,
            resource_group_name=scope.resource_group_name,
            location=scope.location,
            subnet=network.SubnetArgs(id=args.subnet_id),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=args.group, private_link_service_id=args.target_id, group_ids=[args.group]
                )
            ],
            tags=scope.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        network.PrivateDnsZoneGroup(
            f"{name}-zones",
            private_dns_zone_group_name=ZONE_GROUP,
            private_endpoint_name=endpoint_name,
            resource_group_name=scope.resource_group_name,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(name=f"zone-{number}", private_dns_zone_id=zone_id)
                for number, zone_id in enumerate(args.zone_ids, start=1)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint]),
        )
        self.endpoint_id = endpoint.id
        self.register_outputs({"endpointId": self.endpoint_id})
