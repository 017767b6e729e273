"""The inbound security rules of a network security group as short texts: ports and sources."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from azure_rehearsal.reports.arm_names import last_name

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
ANYWHERE: Final = "anywhere"
INSIDE: Final = "inside"
PROBES: Final = "probes"
_PRIVATE: Final = tuple(
    ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_NAMED: Final = {
    "*": ANYWHERE,
    "0.0.0.0/0": ANYWHERE,
    "::/0": ANYWHERE,
    "internet": ANYWHERE,
    "virtualnetwork": INSIDE,
    "azureloadbalancer": PROBES,
}


@dataclass(frozen=True)
class InboundRule:
    """An inbound security rule. `destinations` are addresses or names of application security groups; empty: any."""

    name: str
    allows: bool
    ports: tuple[str, ...]
    protocol: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]

    @property
    def outside(self) -> tuple[str, ...]:
        """The sources outside the private networks."""
        return tuple(source for source in self.sources if source not in (INSIDE, PROBES))


def inbound_rules(security_group: dict[str, Any]) -> list[InboundRule]:
    """The inbound rules of a group by priority, from its inputs. Omits the final rule that denies everything."""
    rules = [item for item in security_group.get("securityRules") or [] if item.get("direction") == "Inbound"]
    found = [_rule(item) for item in sorted(rules, key=lambda item: item.get("priority", 0))]
    return [rule for rule in found if rule.allows or rule.ports != ("*",) or rule.sources != (ANYWHERE,)]


def ports_text(rules: Iterable[InboundRule]) -> str:
    """The ports of several rules, such as `53 udp+tcp, 443 tcp`. A port and its protocols stay on one line."""
    protocols: dict[str, set[str]] = {}
    for rule in rules:
        for port in rule.ports:
            protocols.setdefault(port, set()).add(rule.protocol)
    ports = sorted(protocols, key=lambda port: (port == "*", int(port.split("-")[0]) if port != "*" else 0, port))
    return ", ".join(_port(port, protocols[port]) for port in ports)


def _port(port: str, protocols: set[str]) -> str:
    name = "any port" if port == "*" else port
    return name if "*" in protocols else f"{name}{NO_BREAK}{'+'.join(sorted(protocols, reverse=True))}"


def _rule(rule: dict[str, Any]) -> InboundRule:
    groups = [last_name(group.get("id", "")) for group in rule.get("destinationApplicationSecurityGroups") or []]
    addresses = _either(rule, "destinationAddressPrefix")
    return InboundRule(
        name=str(rule.get("name", "")),
        allows=rule.get("access") == "Allow",
        ports=tuple(_either(rule, "destinationPortRange")),
        protocol=str(rule.get("protocol", "*")).lower(),
        sources=tuple(sorted({_source(text) for text in _sources(rule)})),
        destinations=tuple(sorted([*groups, *(text.removesuffix("/32") for text in addresses if text != "*")])),
    )


def _sources(rule: dict[str, Any]) -> list[str]:
    groups = rule.get("sourceApplicationSecurityGroups") or []
    return [*_either(rule, "sourceAddressPrefix"), *("VirtualNetwork" for _ in groups)]


def _either(rule: dict[str, Any], key: str) -> list[str]:
    """The values of a property that has a singular form for one value and a plural form (s or es) for several."""
    plural = key + ("es" if key.endswith("x") else "s")
    several = rule.get(plural) or []
    one = rule.get(key)
    return [*several, *([one] if one and not several else [])]


def _source(text: str) -> str:
    if name := _NAMED.get(text.lower()):
        return name
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text  # a service tag
    if isinstance(network, ipaddress.IPv4Network) and any(network.subnet_of(private) for private in _PRIVATE):
        return INSIDE
    return text
