"""Cases of refused agent pools."""

from __future__ import annotations

from typing import Any, Final

from simulator_tests.azure.harness import AzureHarness, Case, Deployed

POOL: Final = "containerservice:AgentPool"


def subnet_with_role(azure: AzureHarness, name: str, prefix: str, **inputs: Any) -> str:
    subnet = azure.subnet(name, prefix, **inputs)
    azure.role(azure["id-cluster"]["principalId"], "Network Contributor", subnet.id)
    return subnet.id


def prefix_with_role(azure: AzureHarness, length: int = 28, **inputs: Any) -> str:
    prefix = azure.prefix(length=length, **inputs)
    azure.role(azure["id-cluster"]["principalId"], "Network Contributor", prefix.id)
    return prefix.id


def refused_pool(name: str, code: str, *fragments: str, changes: Any, setup: Any = AzureHarness.cluster) -> Case:
    """The creation of a pool with these changes; `changes` can be a function of the harness."""

    def write(azure: AzureHarness) -> Deployed:
        return azure.pool(**(changes(azure) if callable(changes) else changes))

    return Case(POOL, name, write, code, fragments, setup=setup)


def refused_edit(name: str, *fragments: str, before: Any = None, changes: Any, code: str = "") -> Case:
    """The update of an existing pool with these changes."""

    def prepare(azure: AzureHarness) -> None:
        azure.cluster()
        azure.pool(**(before(azure) if callable(before) else before or {}))

    def write(azure: AzureHarness) -> Deployed:
        return azure.change(azure["workers"], **(changes(azure) if callable(changes) else changes))

    return Case(POOL, name, write, code or "PropertyChangeNotAllowed", fragments, setup=prepare)
