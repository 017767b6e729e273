"""Registration of resource providers. The azure-native provider registers none (pulumi/pulumi-azure-native#3479).

Responses: Azure/azure-rest-api-specs, Microsoft.Resources/stable/2022-12-01/examples/GetProviders.json and
GetProvider.json, and stable/2021-04-01/examples/RegisterProviders.json.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from model.azure_types import needed_providers
from tools.errors import CommandError
from tools.preflight.client import Refused, ResourceManager
from tools.preflight.facts import PROVIDERS_API, Facts
from tools.preflight.findings import Check, Finding, Result, preflight_command

WAIT_SECONDS: Final = 600
"""A registration takes one to a few minutes."""
_INTERVAL_SECONDS: Final = 5


def unregistered(facts: Facts) -> tuple[str, ...]:
    """The providers that the stack needs and that are not registered."""
    return tuple(name for name in needed_providers(facts.settings) if not facts.is_registered(name))


def _check(facts: Facts) -> Iterator[Result]:
    missing = unregistered(facts)
    if missing:
        several = len(missing) > 1
        yield Finding(
            code="provider-not-registered",
            wrong=f"{len(missing)} resource provider{'s are' if several else ' is'} not registered:"
            f" {', '.join(missing)}.",
            expected="Registered: otherwise Azure refuses their resources with MissingSubscriptionRegistration",
            fix="Register them, which takes some minutes.",
            command=preflight_command(facts.stack, "--register"),
        )


def register(
    azure: ResourceManager, subscription_path: str, names: tuple[str, ...], tell: Callable[[str], None]
) -> None:
    """Registers providers and waits until Azure has registered all of them.

    Raises `CommandError` if Azure refuses a registration, or does not complete one in `WAIT_SECONDS`.
    """
    for name in names:
        tell(f"Registering {name} …")
        try:
            azure.post(f"{subscription_path}/providers/{name}/register", PROVIDERS_API)
        except Refused as refused:
            raise CommandError(
                f"Azure refused to register {name} ({refused}). Expected: a principal with the action"
                f" {name}/register/action. Fix: let an owner of the subscription run `az provider register --namespace"
                f" {name} --wait`."
            ) from None
    waiting, deadline = list(names), time.monotonic() + WAIT_SECONDS
    while True:
        waiting = [name for name in waiting if _state(azure, subscription_path, name) != "Registered"]
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise CommandError(
                f"Not registered after {WAIT_SECONDS // 60} minutes: {', '.join(waiting)}. Expected: Registered. Fix:"
                " run the command again; Azure continues meanwhile."
            )
        tell(f"Waiting for {', '.join(waiting)} …")
        time.sleep(_INTERVAL_SECONDS)


def _state(azure: ResourceManager, subscription_path: str, name: str) -> str:
    return str(azure.get(f"{subscription_path}/providers/{name}", PROVIDERS_API).get("registrationState", ""))


CHECK = Check(name="resource providers", run=_check)
