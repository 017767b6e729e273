"""Record sets of public DNS zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_azure_native import dns

APEX = "@"
WILDCARD = "*"


@dataclass(frozen=True, kw_only=True)
class ZoneRecords:
    """Declares record sets of one zone. `name` is the component's, `ttl` is in seconds, `opts` apply to each set."""

    name: str
    resource_group_name: pulumi.Input[str]
    zone: str
    ttl: int
    opts: pulumi.ResourceOptions

    def add(self, short: str, relative_name: str, record_type: str, **records: Any) -> dns.RecordSet:
        """Declares one record set. `records` are the arguments of `dns.RecordSet` for its type."""
        return dns.RecordSet(
            f"{self.name}-{short}",
            relative_record_set_name=relative_name,
            zone_name=self.zone,
            resource_group_name=self.resource_group_name,
            record_type=record_type,
            ttl=self.ttl,
            opts=self.opts,
            **records,
        )

    def add_authorities(self, authorities: Sequence[str]) -> None:
        """Declares the certificate authorities of the zone and all names below it, wildcards included (RFC 8659)."""
        records = [dns.CaaRecordArgs(flags=0, tag="issue", value=authority) for authority in authorities]
        self.add("authorities", APEX, "CAA", caa_records=records)


def name_servers(
    zone: dns.Zone, resource_group_name: str, zone_name: str, parent: pulumi.Resource
) -> pulumi.Output[Sequence[str]]:
    """The name servers that Azure assigned to a zone when it created it.

    Read by name: the zone's outputs are unknown during its update, so delegations would appear to change.
    """
    return dns.get_zone_output(
        resource_group_name=resource_group_name,
        zone_name=zone_name,
        opts=pulumi.InvokeOutputOptions(parent=parent, depends_on=[zone]),
    ).name_servers
