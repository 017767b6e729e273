"""Network security groups and their rules."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, InUse, Request
from azure_rehearsal.azure.services.network.common import NAME, SUBNET, part_id, refuse_other_region
from azure_rehearsal.azure.services.network.service_tags import DEFAULT_TAGS, is_tag, warn_of_unknown_tag
from azure_rehearsal.protocol.provider import Refused

SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
MIN_PRIORITY: Final = 100
MAX_PRIORITY: Final = 4096
MAX_RULES: Final = 1000
"""Limits of one security group: Azure subscription and service limits, networking."""
_SIDES: Final = ("source", "destination")
_DEFAULT_RULES: Final = (
    ("AllowVnetInBound", "Inbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
    ("AllowVnetOutBound", "Outbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", "Internet"),
    ("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
)


def _rules(request: Request) -> list[dict[str, Any]]:
    return request.get("securityRules", [])


def _refuse_count(request: Request) -> None:
    if len(_rules(request)) > MAX_RULES:
        raise Refused(
            "ResourceCountExceedsLimitDueToTemplate",
            f"Network security group {request.id} would have {len(_rules(request))} security rules; the limit per "
            f"network security group is {MAX_RULES}.",
            "merge rules: sourceAddressPrefixes and destinationPortRanges accept lists",
        )


def _refuse_names(request: Request) -> None:
    seen: set[str] = set()
    for rule in _rules(request):
        name = str(rule.get("name") or "")
        if not NAME.allows(name):
            raise Refused(
                "InvalidResourceName", f"Resource name {name} is invalid. {NAME.message}", "correct the rule's name"
            )
        if name.lower() in seen:
            raise Refused(
                "InvalidRequestFormat",
                f"Cannot parse the request. Security rules of {request.id} have the same name '{name}' more than once.",
                "give every rule a unique name",
            )
        seen.add(name.lower())


def _refuse_priorities(request: Request) -> None:
    seen: dict[tuple[Any, str], str] = {}
    for rule in _rules(request):
        priority, direction = rule.get("priority"), str(rule.get("direction", "")).lower()
        if not isinstance(priority, int) or not MIN_PRIORITY <= priority <= MAX_PRIORITY:
            raise Refused(
                "SecurityRuleInvalidPriority",
                f"Security rule has invalid Priority. Value provided: {priority}. Allowed range "
                f"{MIN_PRIORITY}-{MAX_PRIORITY}. Rule {part_id(request, 'securityRules', rule['name'])}.",
                "choose a priority in the range",
            )
        other = seen.setdefault((priority, direction), rule["name"])
        if other != rule["name"]:
            raise Refused(
                "SecurityRuleConflict",
                f"Security rule {rule['name']} conflicts with rule {other}. Rules cannot have the same Priority and "
                "Direction.",
                f"change the priority {priority} of one of them",
            )


def _refuse_sides(request: Request) -> None:
    for rule in _rules(request):
        id = part_id(request, "securityRules", rule["name"])
        for side in _SIDES:
            given = [
                name
                for name in (f"{side}AddressPrefix", f"{side}AddressPrefixes", f"{side}ApplicationSecurityGroups")
                if rule.get(name)
            ]
            if len(given) != 1:
                raise Refused(
                    "InvalidRequestFormat",
                    f"Security rule {id} must specify exactly one of {side}AddressPrefix, {side}AddressPrefixes and "
                    f"{side}ApplicationSecurityGroups; it has {' and '.join(given) or 'none'}.",
                    "set exactly one of them",
                )
            _refuse_addresses(request, rule, side, id)
            ports = [name for name in (f"{side}PortRange", f"{side}PortRanges") if rule.get(name)]
            if len(ports) != 1:
                raise Refused(
                    "InvalidRequestFormat",
                    f"Security rule {id} must specify exactly one of {side}PortRange and {side}PortRanges; it has "
                    f"{' and '.join(ports) or 'none'}.",
                    "set exactly one of them ('*' is any port)",
                )
            _refuse_ports(rule, side, id)


def _refuse_addresses(request: Request, rule: dict[str, Any], side: str, id: str) -> None:
    single = rule.get(f"{side}AddressPrefix")
    if single and not is_tag(single) and not _is_address(single) and not warn_of_unknown_tag(request, single):
        raise Refused(
            "SecurityRuleInvalidAddressPrefix",
            f"Security rule {id} has invalid Address prefix. Value provided: {single}",
            "use '*', an address, a CIDR block without host bits, or a service tag",
        )
    for item in rule.get(f"{side}AddressPrefixes") or []:
        if is_tag(item):
            parameter = side.capitalize() + "AddressPrefix"
            raise Refused(
                "SecurityRuleParameterContainsUnsupportedValue",
                f"Security rule parameter {parameter} for rule with Id {id} cannot specify existing VIRTUALNETWORK, "
                f"INTERNET, AZURELOADBALANCER, '*' or system tags. Unsupported value used: {item}.",
                f"set {side}AddressPrefix to a single tag, with one rule per tag",
            )
        if not _is_address(item):
            raise Refused(
                "SecurityRuleInvalidAddressPrefix",
                f"Security rule {id} has invalid Address prefix. Value provided: {item}",
                "use an address or a CIDR block without host bits",
            )
    _refuse_overlaps(rule, side, id)


def _refuse_overlaps(rule: dict[str, Any], side: str, id: str) -> None:
    """Source: alan-turing-institute/data-safe-haven#2077 and kubernetes-sigs/cloud-provider-azure#6775."""
    prefixes = [(item, ipaddress.ip_network(item)) for item in rule.get(f"{side}AddressPrefixes") or []]
    for position, (text, network) in enumerate(prefixes):
        for other_text, other in prefixes[position + 1 :]:
            if network.version == other.version and network.overlaps(other):
                smaller = other_text if other.prefixlen >= network.prefixlen else text
                raise Refused(
                    "OverlappingSubnetsNotPermittedInSecurityRule",
                    f"Security rule parameter {side.capitalize()}AddressPrefixes for rule with Id {id} cannot specify "
                    f"overlapping subnets: {text} and {other_text}.",
                    f"remove {smaller}: the other prefix contains it",
                )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return text.lower() not in DEFAULT_TAGS


def _refuse_ports(rule: dict[str, Any], side: str, id: str) -> None:
    plural = rule.get(f"{side}PortRanges") or []
    for text in [*plural, *([rule[f"{side}PortRange"]] if rule.get(f"{side}PortRange") else [])]:
        if text == "*" and not plural:
            continue
        bounds = str(text).split("-")
        valid = len(bounds) <= 2 and all(item.isdigit() and int(item) <= 65535 for item in bounds)
        if not valid or int(bounds[0]) > int(bounds[-1]):
            raise Refused(
                "SecurityRuleInvalidPortRange",
                f"Security rule {id} has invalid Port range. Value provided: {text}. Value should be an integer OR "
                "integer range with '-' delimiter. Valid range 0-65535.",
                "use a port such as 8080 or a range such as 8000-8999; '*' is valid only in the singular property",
            )


def _refuse_groups(request: Request) -> None:
    for rule in _rules(request):
        groups = [item.get("id") for side in _SIDES for item in rule.get(f"{side}ApplicationSecurityGroups") or []]
        refuse_other_region(request, groups, request.location)


def _outputs(request: Request, record: Record) -> dict[str, Any]:
    kind = "Microsoft.Network/networkSecurityGroups"
    own = [
        {
            "sourceAddressPrefixes": [],
            "destinationAddressPrefixes": [],
            "sourcePortRanges": [],
            "destinationPortRanges": [],
            **rule,
            "id": part_id(request, "securityRules", rule["name"]),
            "type": f"{kind}/securityRules",
            "provisioningState": "Succeeded",
        }
        for rule in _rules(request)
    ]
    default = [
        {
            "id": part_id(request, "defaultSecurityRules", name),
            "name": name,
            "type": f"{kind}/defaultSecurityRules",
            "protocol": "*",
            "sourcePortRange": "*",
            "destinationPortRange": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": destination,
            "access": access,
            "priority": priority,
            "direction": direction,
            "provisioningState": "Succeeded",
        }
        for name, direction, priority, access, source, destination in _DEFAULT_RULES
    ]
    return {"securityRules": own, "defaultSecurityRules": default}


TYPE: Final = ArmType(
    token=SECURITY_GROUP,
    path=arm_ids.provider_id("Microsoft.Network/networkSecurityGroups", "networkSecurityGroupName"),
    name=NAME,
    rules=(_refuse_count, _refuse_names, _refuse_priorities, _refuse_sides, _refuse_groups),
    outputs=_outputs,
    maintain_if_unset=("securityRules",),
    in_use=(
        InUse(
            (SUBNET, "azure-native:network:NetworkInterface"),
            "InUseNetworkSecurityGroupCannotBeDeleted",
            "Network security group {id} cannot be deleted because it is in use by the following resources: "
            "{others}. In order to delete the Network security group, remove the association with the "
            "resource(s). To learn how to do this, see aka.ms/deletensg.",
        ),
    ),
)
