"""Entries of small recordings for tests."""

from __future__ import annotations

from typing import Any

SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001"
GROUP = "rg-shop-test"
NETWORK = "vnet-shop-test"


def urn(name: str, kind: str = "azure-native:network:Subnet", stack: str = "test", above: str = "") -> str:
    """The URN of a resource; `above` are the types of its components, joined with `$`."""
    return f"urn:pulumi:{stack}::shop::{above + '$' if above else ''}{kind}::{name}"


def entry(
    name: str,
    kind: str,
    inputs: dict[str, Any] | None = None,
    *,
    outputs: dict[str, Any] | None = None,
    parent: str = "",
    waits_for: list[str] | None = None,
    op: str = "create",
    stack: str = "test",
    **more: Any,
) -> dict[str, Any]:
    """One entry of a recording. `kind` can omit `azure-native:`, as in `network:Subnet`."""
    token = kind if kind.startswith(("kubernetes:", "pulumi:", "shop:", "random:")) else f"azure-native:{kind}"
    above = parent.split("::")[2] if parent else ""
    return {
        "urn": urn(name, token, stack, above),
        "type": token,
        "name": name,
        "parent": parent,
        "inputs": inputs or {},
        "outputs": outputs or {},
        "dependencies": waits_for or [],
        "protect": False,
        "op": op,
        **more,
    }


def component(name: str, kind: str = "Network", parent: str = "", **more: Any) -> dict[str, Any]:
    return entry(name, f"shop:index:{kind}", parent=parent, **more)


def arm_id(kind: str, name: str) -> str:
    """An id in the resource group of these recordings. Example: `arm_id("Microsoft.Network/publicIPPrefixes", "p")`."""
    return f"{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{kind}/{name}"


def subnet_id(name: str, network: str = NETWORK) -> str:
    return arm_id("Microsoft.Network/virtualNetworks", f"{network}/subnets/{name}")
