"""The error codes that a fault can answer with, and what the service says with each.

Azure's: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors; those of
Kubernetes are the reasons of `metav1.Status`. The real providers try again by themselves before they give up on a
request that was throttled or found the service busy, so each of these is what is left after that.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import Refused

RETRY: Final = "run it again: what is done stays done, and the rest is taken up where it stopped"
RUNBOOK: Final = "docs/runbooks/killed-deployment.md"


class Moment(enum.Enum):
    """Where in a write a fault strikes."""

    BEFORE = "before"
    """The service does nothing."""
    ACCEPTED = "accepted"
    """The service has done it and then reports a failure: the engine knows what there is, and keeps it."""
    AFTER = "after"
    """The service has done it, and its answer is lost: the engine knows nothing of what was made."""


@dataclass(frozen=True)
class FaultCode:
    """What goes with one error code. `words` may name the `{operation}`, `{type}` and `{name}`."""

    code: str
    words: str
    remediation: str = RETRY
    moment: Moment = Moment.BEFORE

    def refusal(self, operation: str, type: str, name: str) -> Refused:
        """The answer to one write."""
        return Refused(self.code, self.words.format(operation=operation, type=type, name=name), self.remediation)


_IMPORT: Final = f"{RETRY}; where it then says that something exists already, follow {RUNBOOK}"
_QUOTA: Final = "ask for more quota in this region, or choose another size or a smaller number; then run it again"
_RIGHTS: Final = "give the deployer the role that allows it, wait until it is known everywhere (minutes), run it again"

CODES: Final = (
    # What passes by itself.
    FaultCode("AnotherOperationInProgress", "Another operation on {name} or what it depends on is in progress."),
    FaultCode("InternalServerError", "The server encountered an internal error while it handled {name}."),
    FaultCode("ServiceUnavailable", "The service is temporarily unavailable; the request for {name} was not taken."),
    FaultCode("Timeout", "The server did not answer the {operation} of {name} in time."),
    FaultCode("TooManyRequests", "The {operation} of {name} was throttled: too many requests within a minute."),
    FaultCode(
        "ConnectionReset",
        "The request to {operation} {name} was sent, and the connection was lost before the answer came.",
        remediation=_IMPORT,
        moment=Moment.AFTER,
    ),
    FaultCode(
        "ProvisioningFailed",
        "The {operation} of {name} was accepted, and then provisioning failed.",
        remediation="run it again: it is updated in place; if it fails again, look at its activity log",
        moment=Moment.ACCEPTED,
    ),
    # What does not.
    FaultCode("AllocationFailed", "There is no capacity for {name} in this zone now.", remediation=_QUOTA),
    FaultCode("AuthorizationFailed", "The client may not {operation} {name} ({type}).", remediation=_RIGHTS),
    FaultCode("Forbidden", "{name} is forbidden: the user cannot {operation} it.", remediation=_RIGHTS),
    FaultCode("QuotaExceeded", "The {operation} of {name} would exceed the approved quota.", remediation=_QUOTA),
    FaultCode("SkuNotAvailable", "The requested size of {name} is not available in this location.", remediation=_QUOTA),
    FaultCode(
        "RequestDisallowedByPolicy",
        "{name} was disallowed by policy.",
        remediation="read which policy it is in the activity log; change the settings or have an exemption made",
    ),
)

STATUSES: Final = {
    "409": "AnotherOperationInProgress",
    "429": "TooManyRequests",
    "500": "InternalServerError",
    "503": "ServiceUnavailable",
    "504": "Timeout",
}
"""HTTP statuses that may stand for a code."""

_BY_CODE: Final = {entry.code: entry for entry in CODES}
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9.]*")


def fault_code(text: str) -> FaultCode:
    """The entry of a code or status; any other code that looks like one gets general words. Raises `UsageError`."""
    code = STATUSES.get(text, text)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if not _CODE.fullmatch(code):
        raise UsageError(
            f"{text!r} is no error code: write one of Azure or Kubernetes, such as {', '.join(sorted(_BY_CODE))},"
            f" or a status: {', '.join(STATUSES)}."
        )
    remediation = f"look {code} up in the service's documentation, put right what it names, then run it again"
    return FaultCode(code, "The {operation} of {name} ({type}) was refused.", remediation)
