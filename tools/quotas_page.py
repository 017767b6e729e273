"""`voice quotas-page`: docs/quotas.md, what each committed stack needs from its subscription."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from model.azure_needs import (
    Amount,
    DatabaseCores,
    address_count,
    database_cores,
    family_cpus,
    pool_nodes,
    regional_cpus,
    spot_cpus,
)
from model.azure_types import IMPLIED_PROVIDERS, azure_types, needed_providers
from settings.loader import load_stack_file
from settings.loader.stack_file import PROJECT
from settings.schema.aks_stack import AksStackSettings
from tools.generated_files import Check, write_or_check

PAGE: Final = PROJECT / "docs" / "quotas.md"

INTRODUCTION: Final = """\
# Quotas and resource providers

`voice quotas-page` writes this page from the committed stack files. Do not edit it. `.venv/bin/voice preflight STACK`
compares the same needs with the limits and the usage of a subscription, and prints the command that raises each limit.

Each region has its own quotas. **Now** is what the first `pulumi up` creates: the minimum of every pool. **At most** is
every pool at its maximum, plus the extra nodes of an upgrade (the surge): 33 % of a pool on private addresses, rounded
up, one node per zone of a media pool, none of a spot pool. The page adds up the surge of all pools, because AKS can
upgrade several pools at the same time. While a pool has two generations, both count.

Each address of a public prefix counts against the quota of public addresses, whether or not a node has it. New
subscriptions start with 10 to 20 public addresses and 10 vCPUs in a region. The quotas of PostgreSQL are separate from
those of virtual machines.

## Needs of each stack
"""

POOLS: Final = """
## Nodes by pool

| stack | pool | VM size | vCPUs | nodes now | nodes at most | surge |
| --- | --- | --- | --- | --- | --- | --- |
"""

PROVIDERS: Final = """
## Resource providers

The azure-native provider registers none. `.venv/bin/voice preflight STACK --register` registers the missing ones and
waits for them; `az provider register --namespace NAME --wait` registers one.

| resource provider | for | stacks |
| --- | --- | --- |
"""


def page(stacks: Mapping[str, AksStackSettings]) -> str:
    """The page, in Markdown."""
    lines = [INTRODUCTION, "| stack | region | quota | now | at most |", "| --- | --- | --- | --- | --- |"]
    for stack, settings in stacks.items():
        where = f"| {stack} | {settings.this_region.location}"
        lines += [f"{where} | {quota} | {amount.now} | {amount.most} |" for quota, amount in _quotas(settings)]
    text = "\n".join(lines) + "\n" + POOLS
    text += "".join(_row(row) for stack, settings in stacks.items() for row in _pools(stack, settings))
    return text + PROVIDERS + "".join(_row(row) for row in _providers(stacks))


def _quotas(settings: AksStackSettings) -> Iterator[tuple[str, Amount]]:
    for family, cpus in sorted(family_cpus(settings.aks).items()):
        yield f"vCPUs of `{family}`", cpus
    yield "vCPUs of the region (`cores`)", regional_cpus(settings.aks)
    spot = spot_cpus(settings.aks)
    if spot.most:
        yield "spot vCPUs (`lowPriorityCores`)", spot
    addresses = address_count(settings)
    yield "public IPv4 addresses", Amount(now=addresses, most=addresses)
    database: DatabaseCores | None = database_cores(settings)
    if database:
        yield f"vCores of PostgreSQL (`{database.quota}`)", Amount(now=database.cores, most=database.cores)


def _pools(stack: str, settings: AksStackSettings) -> Iterator[Sequence[str]]:
    for nodes in pool_nodes(settings.aks):
        name = f"{nodes.pool}, generation {nodes.generation}" if nodes.generation else nodes.pool
        now, most = nodes.cpus.now, nodes.cpus.most
        yield (
            stack,
            f"{name} (spot)" if nodes.spot else name,
            nodes.vm_size,
            f"{now} to {most}",
            str(nodes.min_nodes),
            str(nodes.max_nodes),
            str(nodes.surge),
        )


def _providers(stacks: Mapping[str, AksStackSettings]) -> Iterator[Sequence[str]]:
    needed = {stack: needed_providers(settings) for stack, settings in stacks.items()}
    for provider in dict.fromkeys(name for names in needed.values() for name in names):
        users = [stack for stack, names in needed.items() if provider in names]
        everywhere = len(users) == len(stacks)
        yield f"`{provider}`", _reason(provider, stacks.values()), "all" if everywhere else ", ".join(users)


def _reason(provider: str, stacks: Iterable[AksStackSettings]) -> str:
    if provider in IMPLIED_PROVIDERS:
        return IMPLIED_PROVIDERS[provider][0]
    types = (item.name for settings in stacks for item in azure_types(settings) if item.provider == provider)
    return ", ".join(dict.fromkeys(name.split("/", 1)[1] for name in types))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def committed_stacks() -> dict[str, AksStackSettings]:
    """The settings of the committed stacks, by name: a base before the stacks that extend it."""
    paths = sorted(PROJECT.glob("Pulumi.*.yaml"), key=lambda path: path.name.split(".")[1])
    return {path.name.split(".")[1]: load_stack_file(path) for path in paths}


def texts() -> dict[Path, str]:
    """The page's file and its text."""
    return {PAGE: page(committed_stacks())}


def main(check: Check = False) -> None:
    """Writes docs/quotas.md: the quotas and resource providers that each stack needs.

    Sources: the committed stack files, model/azure_needs.py and model/azure_types.py.

    Example: `voice quotas-page`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    write_or_check("quotas-page", texts(), check=check)
