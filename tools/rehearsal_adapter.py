"""The adapter that tells the simulator about this project. `[tool.azure-rehearsal]` in pyproject.toml names it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from azure_rehearsal import remedies
from azure_rehearsal.adapter import Adapter
from azure_rehearsal.engine.caller import Caller
from azure_rehearsal.engine.stack_file import stack_names, stack_path
from azure_rehearsal.errors import UsageError
from settings.loader import check_stack_file
from settings.loader.stack_file import NAMESPACE, read_sections, sections_in, with_base
from settings.schema.errors import SettingsError

PROTECT: Final = f"{NAMESPACE}:protect"
"""The setting that protects stateful resources from replacement and deletion."""

EDITS: Final[dict[str, Any]] = {
    "voice:tags.cost-center": "edited",
    "voice:aks.autoscaler.scanInterval": "20s",
    "voice:aks.mediaPools.sip.generations[1]": {"name": "b", "vmSize": "Standard_D8s_v5"},
    "voice:keyVault.generations.jwt-signing-key": 2,
}
"""The edits of a chaos run's update: a tag on all resources, one property of the cluster, new pools, and a new
version of a secret.
"""


RUNBOOK: Final = "docs/runbooks/killed-deployment.md"
SECRET_RUNBOOK: Final = "docs/runbooks/secret-rotation.md"
REMEDIES: Final = {
    remedies.INTERRUPTED: f"follow {RUNBOOK}",
    remedies.PROTECTED_POOL: (
        "add a generation to the pool, set the old one to `state: retiring`, and remove it when it is empty"
        " (docs/decisions/0005-generations-of-node-pools.md)"
    ),
    "MissingSubscriptionRegistration": (
        f"{remedies.REMEDIATION}, or every provider that the stack needs with"
        f" `.venv/bin/voice preflight {remedies.STACK} --register`; then deploy again"
    ),
    "ResourceAlreadyExists": (
        f"{remedies.REMEDIATION} ({RUNBOOK}, step 4; for a secret that was removed before: {SECRET_RUNBOOK})"
    ),
    "ConnectionReset": f"{remedies.RETRY}; if it reports that a resource already exists, follow {RUNBOOK}",
}
"""This project's remediation of failures, by code. `Adapter` derives that of protected resources from `unprotected`."""


class VoiceAdapter(Adapter):
    """The adapter of this project. Secrets get the placeholders of the base class."""

    unprotected: Mapping[str, Any] = {PROTECT: False}
    edits: Mapping[str, Any] = EDITS

    def environments(self) -> list[str]:
        """The environments of the stack files, by name. Raises `UsageError` for a file that cannot be read."""
        return _environments(self._settings())

    def stacks(self, environment: str) -> list[str]:
        """The stacks whose `voice:environment` is `environment`, in the order of `voice:regions`."""
        settings = self._settings()
        members = [stack for stack, values in settings.items() if values.get("environment") == environment]
        if not members:
            known = ", ".join(_environments(settings)) or "none"
            raise UsageError(f"no stack has {NAMESPACE}:environment {environment!r}; environments here: {known}.")
        return sorted(members, key=lambda stack: _position(stack, settings[stack]))

    def check(self, stack_file: Path) -> list[str]:
        return check_stack_file(stack_file)

    def caller(self, config: Mapping[str, Any]) -> Caller:
        """The subscription, tenant and deployer that the stack file names, or the file that it extends.

        The deployer is where `voice:deployer.privateNetwork` says.
        """
        try:
            sections = with_base(sections_in(config), self.project)
        except SettingsError as error:
            raise UsageError(*(str(problem) for problem in error.problems)) from None
        azure, deployer = sections.get("azure") or {}, sections.get("deployer") or {}
        return Caller(
            directory=self.project,
            subscription_id=str(azure.get("subscriptionId", "")),
            tenant_id=str(azure.get("tenantId", "")),
            principal_id=str(deployer.get("principalId", "")),
            in_cluster_network=deployer.get("privateNetwork") is True,
        )

    def remedy_for(self, code: str) -> str:
        return REMEDIES.get(code) or super().remedy_for(code)

    def _settings(self) -> dict[str, dict[str, Any]]:
        """The `voice:` sections of each stack."""
        return {stack: self._sections(stack_path(self.project, stack)) for stack in stack_names(self.project)}

    def _sections(self, stack_file: Path) -> dict[str, Any]:
        """The `voice:` sections of a stack file over those of its base. Raises `UsageError`."""
        try:
            return with_base(read_sections(stack_file), self.project)
        except SettingsError as error:
            raise UsageError(*(str(problem) for problem in error.problems)) from None


def _environments(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return sorted({str(values["environment"]) for values in settings.values() if "environment" in values})


def _position(stack: str, values: Mapping[str, Any]) -> int:
    regions = values.get("regions")
    names = [region.get("name") if isinstance(region, dict) else None for region in regions or []]
    if values.get("region") not in names:
        raise UsageError(
            f"Pulumi.{stack}.yaml: {NAMESPACE}:region {values.get('region')!r} is not one of {NAMESPACE}:regions"
            f" ({', '.join(str(name) for name in names) or 'empty'}), so the order of deployment is unknown."
            " Fix: add the region there."
        )
    return names.index(values["region"])
