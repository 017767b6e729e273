"""`voice preflight`: options, sign-in, registration of providers, and the report."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from settings.schema.aks_stack import AksStackSettings
from tools.errors import CommandError
from tools.preflight.checks import CHECKS
from tools.preflight.checks.account import unreadable_subscription
from tools.preflight.checks.providers import register as register_providers
from tools.preflight.checks.providers import unregistered
from tools.preflight.client import Refused, ResourceManager, require_loopback
from tools.preflight.facts import Facts, read_facts
from tools.preflight.report import Outcome, as_json, run_checks, show
from tools.preflight.sign_in import FixedCredential, Principal, credential, signed_in_principal
from tools.stack_files import DEFAULT_PROJECT, DEFAULT_STACK, Project, settings_of


def main(
    stack: Annotated[
        str, typer.Argument(help="The stack, by the name in Pulumi.<stack>.yaml.", metavar="STACK")
    ] = DEFAULT_STACK,
    register: Annotated[
        bool, typer.Option("--register", help="Register the resource providers that are missing, and wait for them.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    endpoint: Annotated[
        str | None,
        typer.Option(
            help="Check the simulated Azure of `azure-rehearsal serve-azure` at this loopback URL, without a sign-in.",
            envvar="VOICE_ARM_ENDPOINT",
            metavar="URL",
            show_default=False,
        ),
    ] = None,
    project: Project = DEFAULT_PROJECT,
) -> None:
    """Checks that a subscription has everything that a stack needs.

    Compares sign-in, resource providers, roles, kubelogin, quotas, region, VM sizes, names, images and policies with
    the stack file. Each finding states the command that fixes it. Reads only, except with --register. Signs in like the
    azure-native provider: ARM_CLIENT_SECRET, ARM_USE_OIDC, ARM_USE_MSI, otherwise the Azure CLI.

    Example: `voice preflight staging --register`

    Exit codes: 0 nothing missing, 1 findings, 2 wrong usage or settings, or no sign-in.
    """
    settings = settings_of(stack, project)
    # Azure's libraries log each failed sign-in, which the message of this command repeats.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    azure, principal = _sign_in(settings, endpoint)
    messages = Console(stderr=True)
    outcomes = _outcomes(stack, settings, azure, principal, messages, register=register)
    if json:
        sys.stdout.write(as_json(stack, settings, outcomes) + "\n")
    else:
        console = Console()
        show(stack, settings, outcomes, console if console.is_terminal else Console(width=160))
    if any(outcome.findings for outcome in outcomes):
        raise typer.Exit(CommandError.exit_code)


def _sign_in(settings: AksStackSettings, endpoint: str | None) -> tuple[ResourceManager, Principal]:
    """The client, and the principal of its credential."""
    if endpoint:
        require_loopback(endpoint)
        used = FixedCredential(settings.deployer.principal_id, settings.azure.tenant_id)
        return ResourceManager(used, endpoint), signed_in_principal(used)
    used_in_azure = credential(settings.azure.tenant_id, os.environ)
    return ResourceManager(used_in_azure), signed_in_principal(used_in_azure)


def _outcomes(
    stack: str,
    settings: AksStackSettings,
    azure: ResourceManager,
    principal: Principal,
    messages: Console,
    *,
    register: bool,
) -> list[Outcome]:
    def read() -> Facts:
        return read_facts(stack, settings, azure, principal, os.environ)

    with messages.status("Reading the subscription …") as status:
        try:
            facts = read()
        except Refused as refused:
            finding = unreadable_subscription(settings, principal, refused)
            return [Outcome(name="tenant, subscription and principal", results=(finding,))]
        missing = unregistered(facts)
        if register and missing:
            register_providers(azure, facts.subscription_path, missing, status.update)
            facts = read()
        return run_checks(facts, CHECKS, lambda name: status.update(f"Checked {name} …"))
