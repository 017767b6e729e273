"""Microsoft.ManagedIdentity: user-assigned identities and their federated credentials."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import ArmType, Deletion, Limit, NameRule, Request, Serialised
from azure_rehearsal.protocol.provider import Refused

IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
IDENTITY_KIND: Final = "Microsoft.ManagedIdentity/userAssignedIdentities"
IDENTITY_PATH: Final = arm_ids.provider_id(IDENTITY_KIND, "resourceName")

MOST_CREDENTIALS: Final = 20
"""Federated credentials for each identity: AKS and Entra documentation."""


def _identity_outputs(request: Request, record: Record) -> dict[str, Any]:
    return {
        "principalId": record.stable_uuid("principal"),
        "clientId": record.stable_uuid("client"),
        "tenantId": request.client.tenant_id,
    }


def _principal_gone(deletion: Deletion) -> None:
    deletion.cloud.deleted_principals.add(deletion.record.properties["principalId"])


def _refuse_credential(request: Request) -> None:
    audiences = request.get("audiences", [])
    if len(audiences) != 1:
        raise Refused(
            "BadRequest",
            f"Federated identity credential {request.id} has {len(audiences)} audiences; exactly one is supported.",
            "use ['api://AzureADTokenExchange']",
        )
    issuer = urlsplit(str(request.get("issuer")))
    if issuer.scheme != "https" or not issuer.netloc:
        raise Refused(
            "BadRequest",
            f"Federated identity credential {request.id} has the issuer '{request.get('issuer')}', which is no https "
            "URL.",
            "take the issuer from the cluster's oidcIssuerProfile.issuerURL",
        )
    siblings = [
        item
        for item in request.cloud.children(arm_ids.parent(request.id), CREDENTIAL)
        if not arm_ids.same(item.id, request.id)
    ]
    for sibling in siblings:
        if all(sibling.properties.get(key) == request.get(key) for key in ("issuer", "subject")):
            raise Refused(
                "BadRequest",
                f"Issuer and subject combination already exists for this Managed Identity. It is {sibling.id}.",
                "one credential for each issuer and subject is enough",
            )
    if len(siblings) >= MOST_CREDENTIALS:
        raise Refused(
            "BadRequest",
            f"Too many Federated Identity Credentials: {arm_ids.parent(request.id)} has {len(siblings)}, the limit is "
            f"{MOST_CREDENTIALS}.",
            "use another identity",
        )


TYPES: Final = (
    ArmType(
        token=IDENTITY,
        path=IDENTITY_PATH,
        location_required=True,
        force_new=("location",),
        name=NameRule(
            r"[a-zA-Z0-9][\w-]*",
            3,
            128,
            "The name has 3 to 128 letters, digits, '-' and '_', and begins with a letter or digit.",
        ),
        outputs=_identity_outputs,
        gone=_principal_gone,
    ),
    ArmType(
        token=CREDENTIAL,
        path=f"{IDENTITY_PATH}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
        limits={"federatedIdentityCredentialResourceName": Limit(pattern=r"^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$")},
        rules=(_refuse_credential,),
        serialised=Serialised(
            IDENTITY_PATH,
            "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
            "Too many Federated Identity Credentials are written concurrently for the managed identity '{ancestor}'. "
            "Concurrent Federated Identity Credentials writes under the same managed identity are not supported. "
            "Under way: {other}.",
        ),
    ),
)
