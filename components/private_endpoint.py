"""The private address of a managed service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

ZONE_GROUP = "default"


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointArgs:
    """Args of `PrivateEndpoint`. `group` is Azure's word for the part of the service that is reached (`blob`, `vault`
    …).
    """

    resource_group_name: pulumi.Input[str]
    endpoint_name: str
    location: str
    subnet_id: pulumi.Input[str]
    target_id: pulumi.Input[str]
    group: str
    zone_ids: Sequence[pulumi.Input[str]]
    tags: Mapping[str, str]


class PrivateEndpoint(pulumi.ComponentResource):
    """A service's address inside the network, with its records in the private DNS zones.

    Owns the endpoint and its zone group, which writes the records. Does not own the zones, their links or the
    service.
    """

    endpoint_id: pulumi.Output[str]

    def __init__(self, name: str, args: PrivateEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:PrivateEndpoint", name, None, opts)
        endpoint = network.PrivateEndpoint(
            f"{name}-endpoint",
            private_endpoint_name=args.endpoint_name,
            resource_group_name=args.resource_group_name,
            location=args.location,
            subnet=network.SubnetArgs(id=args.subnet_id),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=args.group, private_link_service_id=args.target_id, group_ids=[args.group]
                )
            ],
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        network.PrivateDnsZoneGroup(
            f"{name}-zones",
            private_dns_zone_group_name=ZONE_GROUP,
            private_endpoint_name=args.endpoint_name,
            resource_group_name=args.resource_group_name,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(name=f"zone-{number}", private_dns_zone_id=zone_id)
                for number, zone_id in enumerate(args.zone_ids, start=1)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint]),
        )
        self.endpoint_id = endpoint.id
        self.register_outputs({"endpointId": self.endpoint_id})
