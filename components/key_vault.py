"""The vault of one region."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_random as random
from pulumi_azure_native import keyvault

from components.diagnostics import diagnose
from components.private_endpoint import PrivateEndpoint, PrivateEndpointArgs
from components.role_assignment import Principal, RoleScope, assign_role
from components.scope import Scope
from model.roles import Role
from model.secrets import GeneratedSecret
from settings.schema.key_vault import KeyVaultSettings

_TYPE = "Microsoft.KeyVault/vaults"
PLAIN_TEXT = "text/plain"


@dataclass(frozen=True, kw_only=True)
class KeyVaultArgs:
    """Args of `KeyVault`.

    `generated_secrets` get random values, `user_secrets` come from the stack file, and Azure creates the values of
    `managed_secrets` (keys of managed services). All have the same name in the vault. `readers` maps an account to its
    identity and the secrets that it reads.
    `certificate_writers` write certificates to the vault and read no secret.
    """

    tenant_id: str
    settings: KeyVaultSettings
    generated_secrets: Sequence[GeneratedSecret] = ()
    user_secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    managed_secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    readers: Mapping[str, tuple[Principal, Sequence[str]]] = field(default_factory=dict)
    certificate_writers: Mapping[str, Principal] = field(default_factory=dict)
    subnet_id: pulumi.Input[str]
    zone_id: pulumi.Input[str]


class KeyVault(pulumi.ComponentResource):
    """The only store of one region's secrets.

    Owns the vault, the values that the platform generates, each secret in the vault, and each workload's role on
    exactly its own secrets. Does not own certificates: their writers do.

    A new `generation` number in the stack file generates a new value. The vault refuses the internet; values are
    written through Azure's control plane. That plane cannot delete a secret, so the program never deletes one: the
    vault's deletion deletes all of them, and a secret that leaves the stack file stays in the vault without readers.
    """

    vault_id: pulumi.Output[str]
    vault_uri: str
    """URI for clients, with the trailing slash."""

    def __init__(self, name: str, scope: Scope, args: KeyVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("voice:index:KeyVault", name, None, opts)
        self._name, self._scope, self._args = name, scope, args
        vault = self._vault()
        self.vault_id = vault.id
        self.vault_uri = f"https://{scope.names.vault}.vault.azure.net/"
        PrivateEndpoint(
            f"{name}-endpoint",
            scope,
            PrivateEndpointArgs(
                purpose="vault",
                subnet_id=args.subnet_id,
                target_id=vault.id,
                group="vault",
                zone_ids=[args.zone_id],
                # Secrets are data: they are no writes of the vault.
                after=[vault],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        diagnose(f"{name}-diagnostics", vault.id, scope.audit_workspace_id, pulumi.ResourceOptions(parent=self))
        values = {secret.name: self._generated(secret) for secret in args.generated_secrets}
        secrets = {
            secret_name: self._secret(vault, secret_name, value)
            for secret_name, value in sorted({**values, **args.managed_secrets, **args.user_secrets}.items())
        }
        self._readers(secrets)
        self._certificate_writers(vault)
        self.register_outputs({"vaultId": self.vault_id, "vaultUri": self.vault_uri})

    def _vault(self) -> keyvault.Vault:
        args = self._args
        return keyvault.Vault(
            f"{self._name}-vault",
            vault_name=self._scope.names.vault,
            resource_group_name=self._scope.resource_group_name,
            location=self._scope.location,
            properties=keyvault.VaultPropertiesArgs(
                tenant_id=args.tenant_id,
                sku=keyvault.SkuArgs(family="A", name=keyvault.SkuName.STANDARD),
                create_mode=keyvault.CreateMode.RECOVER if args.settings.recover else None,
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                soft_delete_retention_in_days=args.settings.soft_delete_days,
                enable_purge_protection=True,
                public_network_access="Disabled",
                network_acls=keyvault.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
            ),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._scope.protect),
        )

    def _generated(self, secret: GeneratedSecret) -> pulumi.Output[str]:
        """A random value that is stable until its generation changes."""
        password = random.RandomPassword(
            f"{self._name}-value-{secret.name}",
            length=secret.length,
            special=False,
            keepers={"generation": str(self._args.settings.generation(secret.name))},
            opts=pulumi.ResourceOptions(parent=self),
        )
        return password.result

    def _secret(self, vault: keyvault.Vault, secret_name: str, value: pulumi.Input[str]) -> keyvault.Secret:
        settings = self._args.settings
        expiry = settings.expiry.get(secret_name)
        return keyvault.Secret(
            f"{self._name}-secret-{secret_name}",
            secret_name=secret_name,
            vault_name=self._scope.names.vault,
            resource_group_name=self._scope.resource_group_name,
            properties=keyvault.SecretPropertiesArgs(
                value=pulumi.Output.secret(value),
                content_type=settings.content_types.get(secret_name, PLAIN_TEXT),
                attributes=keyvault.SecretAttributesArgs(enabled=True, expires=_end_of(expiry) if expiry else None),
            ),
            tags=self._scope.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[vault], retain_on_delete=True),
        )

    def _readers(self, secrets: Mapping[str, keyvault.Secret]) -> None:
        """Grants roles on single secrets; no workload reads the whole vault."""
        names = self._scope.names
        for reader, (principal, readable) in self._args.readers.items():
            for secret_name in readable:
                plain_id = names.resource_id(f"{_TYPE}/secrets", names.vault, secret_name)
                assign_role(
                    f"{self._name}-reader-{reader}-{secret_name}",
                    Role.KEY_VAULT_SECRETS_USER,
                    principal,
                    RoleScope(id=secrets[secret_name].id, plain_id=plain_id),
                    names.subscription_id,
                    pulumi.ResourceOptions(parent=self),
                )

    def _certificate_writers(self, vault: keyvault.Vault) -> None:
        """Grants a role on the vault: Azure has no role on a certificate that does not exist yet."""
        names = self._scope.names
        scope = RoleScope(id=vault.id, plain_id=names.resource_id(_TYPE, names.vault))
        for writer, principal in self._args.certificate_writers.items():
            assign_role(
                f"{self._name}-certificates-{writer}",
                Role.KEY_VAULT_CERTIFICATES_OFFICER,
                principal,
                scope,
                names.subscription_id,
                pulumi.ResourceOptions(parent=self),
            )


def _end_of(day: str) -> int:
    """The last second of a day in UTC, as a Unix timestamp."""
    last = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(23, 59, 59))
    return calendar.timegm(last.timetuple())
