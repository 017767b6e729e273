"""Federated credentials of a user-assigned identity."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.rules import ArmType, ExclusiveWrites, Limit, Request
from azure_rehearsal.azure.services.managedidentity.user_assigned_identity import IDENTITY_PATH
from azure_rehearsal.protocol.provider import Refused

CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
MAX_CREDENTIALS: Final = 20
"""Maximum federated credentials per identity: AKS and Entra documentation."""


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
            f"Federated identity credential {request.id} has the issuer '{request.get('issuer')}', which is not an "
            "https URL.",
            "use the cluster's oidcIssuerProfile.issuerURL",
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
                "declare one credential per issuer and subject",
            )
    if len(siblings) >= MAX_CREDENTIALS:
        raise Refused(
            "BadRequest",
            f"Too many Federated Identity Credentials: {arm_ids.parent(request.id)} has {len(siblings)}, the limit is "
            f"{MAX_CREDENTIALS}.",
            "use another identity",
        )


TYPE: Final = ArmType(
    token=CREDENTIAL,
    path=f"{IDENTITY_PATH}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}",
    limits={"federatedIdentityCredentialResourceName": Limit(pattern=r"^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$")},
    rules=(_refuse_credential,),
    exclusive_writes=ExclusiveWrites(
        IDENTITY_PATH,
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        "Too many Federated Identity Credentials are written concurrently for the managed identity '{ancestor}'. "
        "Concurrent Federated Identity Credentials writes under the same managed identity are not supported. "
        "Under way: {other}.",
    ),
)
