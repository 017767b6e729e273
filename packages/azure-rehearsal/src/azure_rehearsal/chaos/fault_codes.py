"""The error codes of faults, with the message and the remediation of each.

Azure's codes: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors. The
codes of Kubernetes are the reasons of `metav1.Status`. The real providers retry throttled requests and a busy service,
so each fault is a failure that remains after the retries.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import Refused
from azure_rehearsal.remedies import IMPORT_EXISTING, RETRY


class Moment(enum.Enum):
    """The moment of a write at which the fault occurs."""

    BEFORE = "before"
    """Before the write: the service does nothing."""
    ACCEPTED = "accepted"
    """After the write: the service reports a failure, and the engine keeps the resource in its state."""
    AFTER = "after"
    """After the write: the response is lost, and the engine does not know the resource."""


@dataclass(frozen=True)
class FaultCode:
    """One error code. `message` and `remediation` can contain `{operation}`, `{type}`, `{name}` and `{namespace}`."""

    code: str
    message: str
    remediation: str = RETRY
    moment: Moment = Moment.BEFORE

    def refusal(self, operation: str, type: str, name: str) -> Refused:
        """The refusal of one write."""
        values = {"operation": operation, "type": type, "name": name, "namespace": _namespace(type)}
        return Refused(self.code, self.message.format(**values), self.remediation.format(**values))


def _namespace(type: str) -> str:
    """The resource provider of a type token; the token itself for types that the simulator does not know."""
    from azure_rehearsal.azure.core.subscription import canonical_namespace  # loads the simulated Azure
    from azure_rehearsal.azure.core.type_registry import types

    known = types().get(type)
    return canonical_namespace(known.kind.split("/")[0]) if known else type


_IMPORT: Final = f"{RETRY}; if it reports existing resources, {IMPORT_EXISTING} and repeat"
_QUOTA: Final = "request more quota in this region, or choose another size or a smaller count; then run it again"
_RIGHTS: Final = "assign the deployer a role that allows it, wait some minutes until it is effective, then run it again"

CODES: Final = (
    # Transient.
    FaultCode("AnotherOperationInProgress", "Another operation on {name} or what it depends on is in progress."),
    FaultCode("InternalServerError", "The server encountered an internal error while it handled {name}."),
    FaultCode(
        "ServiceUnavailable", "The service is temporarily unavailable and did not accept the request for {name}."
    ),
    FaultCode("Timeout", "The server did not respond to the {operation} of {name} in time."),
    FaultCode("TooManyRequests", "The {operation} of {name} was throttled: too many requests within a minute."),
    FaultCode(
        "ConnectionReset",
        "The connection was lost after the request to {operation} {name} was sent and before the response arrived.",
        remediation=_IMPORT,
        moment=Moment.AFTER,
    ),
    FaultCode(
        "ProvisioningFailed",
        "The {operation} of {name} was accepted, and then provisioning failed.",
        remediation="run it again: it updates the resource in place; if it fails again, read its activity log",
        moment=Moment.ACCEPTED,
    ),
    # Permanent.
    FaultCode("AllocationFailed", "There is no capacity for {name} in this zone now.", remediation=_QUOTA),
    FaultCode("AuthorizationFailed", "The client may not {operation} {name} ({type}).", remediation=_RIGHTS),
    FaultCode("Forbidden", "{name} is forbidden: the user cannot {operation} it.", remediation=_RIGHTS),
    FaultCode(
        "MissingSubscriptionRegistration",
        "The subscription is not registered to use namespace '{namespace}', which {name} needs. See"
        " https://aka.ms/rps-not-found for how to register subscriptions.",
        remediation="register it once for the subscription with `az provider register --namespace {namespace} --wait`",
    ),
    FaultCode("QuotaExceeded", "The {operation} of {name} would exceed the approved quota.", remediation=_QUOTA),
    FaultCode("SkuNotAvailable", "The requested size of {name} is not available in this location.", remediation=_QUOTA),
    FaultCode(
        "RequestDisallowedByPolicy",
        "{name} was disallowed by policy.",
        remediation="find the policy in the activity log; change the settings or request an exemption",
    ),
)

STATUSES: Final = {
    "409": "AnotherOperationInProgress",
    "429": "TooManyRequests",
    "500": "InternalServerError",
    "503": "ServiceUnavailable",
    "504": "Timeout",
}
"""HTTP statuses that can replace a code."""

_BY_CODE: Final = {entry.code: entry for entry in CODES}
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]*")


def fault_code(text: str) -> FaultCode:
    """The entry of a code or status. An unknown code gets a general message. Raises `UsageError` for other text."""
    code = STATUSES.get(text, text)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if not _CODE.fullmatch(code):
        raise UsageError(
            f"{text!r} is not an error code. Expected: a code of Azure or Kubernetes, such as"
            f" {', '.join(sorted(_BY_CODE))}, or an HTTP status: {', '.join(STATUSES)}."
        )
    remediation = f"find {code} in the service's documentation, fix the cause, then run it again"
    return FaultCode(code, "The {operation} of {name} ({type}) was refused.", remediation)
