"""Tokens, id templates, and the rules that accounts, databases and containers share."""

from __future__ import annotations

from typing import Any, Final

from azure_rehearsal.azure.core import arm_ids
from azure_rehearsal.azure.core.cloud import Record
from azure_rehearsal.azure.core.rules import Limit, Request
from azure_rehearsal.protocol.provider import Refused

ACCOUNT: Final = "azure-native:cosmosdb:DatabaseAccount"
DATABASE: Final = "azure-native:cosmosdb:SqlResourceSqlDatabase"
CONTAINER: Final = "azure-native:cosmosdb:SqlResourceSqlContainer"
ROLE: Final = "azure-native:cosmosdb:SqlResourceSqlRoleAssignment"
PATH: Final = arm_ids.provider_id("Microsoft.DocumentDB/databaseAccounts", "accountName")
DATABASE_PATH: Final = f"{PATH}/sqlDatabases/{{databaseName}}"
SERVERLESS: Final = "enableserverless"
MIN_THROUGHPUT: Final = 400
THROUGHPUT_STEP: Final = 100
MIN_AUTOSCALE_THROUGHPUT: Final = 1000
MAX_NAME_LENGTH: Final = 255
GENERATED_SUFFIX_LENGTH: Final = 8
FORBIDDEN_IN_NAMES: Final = frozenset("/\\#?")
ACCOUNT_NAME: Final = Limit(min_length=3, max_length=50, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*")


def bad_request(message: str, remediation: str) -> Refused:
    """Cosmos DB's generic error."""
    return Refused("BadRequest", message, remediation)


def _capabilities(properties: dict[str, Any]) -> set[str]:
    return {str(item.get("name", "")).lower() for item in properties.get("capabilities") or []}


def is_serverless(properties: dict[str, Any]) -> bool:
    """Whether an account has the capability EnableServerless."""
    return SERVERLESS in _capabilities(properties)


def _account_of(request: Request) -> Record | None:
    return request.cloud.get(request.id.split("/sqlDatabases/")[0])


def refuse_name(request: Request) -> None:
    """Refuses invalid names, and a body with another name than the URL."""
    name = request.name
    if not 1 <= len(name) <= MAX_NAME_LENGTH or set(name) & FORBIDDEN_IN_NAMES or name.endswith(" "):
        raise bad_request(
            f"The name '{name}' of {request.type.kind} is invalid: up to {MAX_NAME_LENGTH} characters, none of "
            f"{' '.join(sorted(FORBIDDEN_IN_NAMES))}, no space at the end.",
            "choose another name",
        )
    # A generated name passes: github.com/pulumi/examples, azure-py-cosmosdb-logicapp gives only resource.id.
    if request.get("resource.id") not in (name, name[:-GENERATED_SUFFIX_LENGTH]):
        raise bad_request(
            f"The resource name '{name}' in the URL and resource.id '{request.get('resource.id')}' in the body of "
            f"{request.id} must be the same.",
            "set resource.id to the resource's name",
        )


def refuse_throughput(request: Request) -> None:
    """Refuses invalid throughput, and throughput in serverless accounts."""
    fixed, autoscale = request.get("options.throughput"), request.get("options.autoscaleSettings.maxThroughput")
    account = _account_of(request)
    if fixed is None and autoscale is None:
        return
    if account is not None and is_serverless(account.properties):
        raise bad_request(
            "Setting offer throughput or autopilot is not supported for serverless accounts. "
            f"{request.id} has throughput {fixed or autoscale}.",
            "remove options",
        )
    if fixed is not None and autoscale is not None:
        raise bad_request(f"{request.id} has both throughput and autoscaleSettings.", "set only one of them")
    if fixed is not None and (fixed < MIN_THROUGHPUT or fixed % THROUGHPUT_STEP):
        raise bad_request(
            f"The throughput {fixed} of {request.id} is invalid: at least {MIN_THROUGHPUT}, in steps of "
            f"{THROUGHPUT_STEP}.",
            "use the next larger multiple",
        )
    if autoscale is not None and (autoscale < MIN_AUTOSCALE_THROUGHPUT or autoscale % MIN_AUTOSCALE_THROUGHPUT):
        raise bad_request(
            f"The maxThroughput {autoscale} of {request.id} is invalid: at least {MIN_AUTOSCALE_THROUGHPUT}, in steps "
            f"of {MIN_AUTOSCALE_THROUGHPUT}.",
            "use the next larger multiple",
        )
