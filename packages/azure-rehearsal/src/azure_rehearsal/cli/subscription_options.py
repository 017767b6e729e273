"""The options that describe the simulated subscription: `--fresh-subscription`, `--quota`, `--deny`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from azure_rehearsal.errors import UsageError

if TYPE_CHECKING:
    from azure_rehearsal.azure.core.subscription import Subscription


@dataclass(frozen=True)
class SubscriptionOptions:
    """A group of options (`azure_rehearsal.cli.options.expand_option_groups`). The state keeps what they set."""

    fresh_subscription: Annotated[
        bool,
        typer.Option(
            "--fresh-subscription",
            help="Starts with a new subscription: only the default resource providers are registered.",
        ),
    ] = False
    quota: Annotated[
        list[str] | None,
        typer.Option(
            help="Sets a quota of every region, which writes then respect: standardDSv5Family=10.", metavar="NAME=N"
        ),
    ] = None
    deny: Annotated[
        list[str] | None,
        typer.Option(
            help="Assigns a policy that denies: not-allowed-types=Microsoft.Network/publicIPAddresses,"
            " allowed-locations=eastus+westus, required-tag=owner.",
            metavar="POLICY=VALUE[+VALUE]",
        ),
    ] = None

    def apply(self, directory: Path) -> None:
        """Changes the subscription of the backends in `directory`. Raises `UsageError`."""
        if not (self.fresh_subscription or self.quota or self.deny):
            return
        from azure_rehearsal.azure.core.subscription import FILE, Subscription  # loads the simulated Azure

        facts = Subscription.open(directory / FILE)
        if self.fresh_subscription:
            facts.make_fresh()
        for text in self.quota or []:
            _set_quota(facts, text)
        for text in self.deny or []:
            _deny(facts, text)
        facts.save()


def _set_quota(facts: Subscription, text: str) -> None:
    from azure_rehearsal.azure.data.quotas import BY_KEY

    name, _, limit = text.partition("=")
    if name.lower() not in BY_KEY or not limit.isdecimal():
        known = ", ".join(quota.key if "/" in quota.key else quota.name for quota in BY_KEY.values())
        raise UsageError(f"--quota {text!r} is not NAME=N. Example: cores=10. Names: {known}.")
    facts.set_quota(name, int(limit))


def _deny(facts: Subscription, text: str) -> None:
    from azure_rehearsal.azure.core.subscription import DenyPolicy, Effect

    effect, _, values = text.partition("=")
    known = {item: item for item in get_args(Effect)}
    if effect not in known or not values:
        raise UsageError(f"--deny {text!r} is not POLICY=VALUE. Policies: {', '.join(sorted(known))}.")
    policy = DenyPolicy(effect, known[effect], tuple(values.split("+")))
    facts.policies = [item for item in facts.policies if item.name != policy.name] + [policy]
