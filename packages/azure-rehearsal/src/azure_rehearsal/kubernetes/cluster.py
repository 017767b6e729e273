"""What the kubernetes provider needs of a cluster, whoever answers: a recorded cluster or a real API server.

An object is a plain dictionary as it appears in JSON. Every refusal is an `ApiError` in the API server's words.
"""

from __future__ import annotations

import abc
import enum
from dataclasses import dataclass
from typing import Any, Final, Protocol

Object = dict[str, Any]

SERVER_METADATA: Final = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""Fields of `metadata` that only the server writes."""


class Scope(enum.Enum):
    """Where objects of a kind live."""

    NAMESPACED = "Namespaced"
    CLUSTER = "Cluster"


class Reason(enum.StrEnum):
    """The API server's reasons (`metav1.StatusReason`), and the client's own for a kind that it does not find."""

    ALREADY_EXISTS = "AlreadyExists"
    BAD_REQUEST = "BadRequest"
    CONFLICT = "Conflict"
    FORBIDDEN = "Forbidden"
    INTERNAL_ERROR = "InternalError"
    INVALID = "Invalid"
    NOT_FOUND = "NotFound"
    NO_MATCH = "NoKindMatch"
    SERVICE_UNAVAILABLE = "ServiceUnavailable"
    TIMEOUT = "Timeout"
    TOO_MANY_REQUESTS = "TooManyRequests"


@dataclass(frozen=True, order=True)
class Key:
    """Which object: `namespace` is empty for an object of the cluster itself."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, item: Object) -> Key:
        metadata = item.get("metadata") or {}
        return cls(item["apiVersion"], item["kind"], metadata.get("namespace") or "", metadata.get("name") or "")

    @property
    def group(self) -> str:
        return group_of(self.api_version)

    def __str__(self) -> str:
        """As the API server names an object: `deployments.apps "sip-edge"`."""
        return f'{plural(self.kind)}{"." if self.group else ""}{self.group} "{self.name}"'


class ApiError(Exception):
    """What the API server answers instead of an object.

    `missing` names the object whose absence is the cause, where there is one (a namespace that does not exist).
    `permanent` says that to ask again is no way out, whatever the reason.
    """

    def __init__(
        self, reason: Reason, message: str, remediation: str = "", missing: Key | None = None, permanent: bool = False
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.remediation = remediation
        self.missing = missing
        self.permanent = permanent


class Cluster(abc.ABC):
    """One Kubernetes API server. Safe to call from several threads at once.

    `manager` is the field manager of a write; `dry_run` answers what a write would give, and writes nothing.
    """

    ready_timeout_seconds: float = 0
    """How long an object may take to become ready after a write; 0 where everything is ready at once."""

    @property
    @abc.abstractmethod
    def version(self) -> str:
        """The Kubernetes version, `major.minor` or with the patch."""

    @abc.abstractmethod
    def api_versions(self) -> list[str]:
        """Every `group/version` and `group/version/Kind` that the server has, as Helm's capabilities name them."""

    @abc.abstractmethod
    def scope(self, api_version: str, kind: str) -> Scope | None:
        """Where objects of this kind live; `None` when the server does not have the kind."""

    @abc.abstractmethod
    def validate(self, item: Object) -> list[str]:
        """What the API says against an object, `path: reason`; nothing for a kind that it does not have."""

    @abc.abstractmethod
    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        """Creates an object and returns it as stored. Raises `ApiError`, ALREADY_EXISTS among others."""

    @abc.abstractmethod
    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        """Server-side apply: `item` becomes all that `manager` says of the object, which is created when it is missing.

        Raises `ApiError`, CONFLICT when another manager says otherwise of a field and `force` is not set.
        """

    @abc.abstractmethod
    def get(self, key: Key) -> Object | None:
        """The live object."""

    @abc.abstractmethod
    def delete(self, key: Key) -> None:
        """Deletes an object and what goes with it. Raises `ApiError`, NOT_FOUND among others."""

    def not_ready_reason(self, live: Object) -> str:
        """Why an object that was written is not ready yet; empty when it is."""
        return ""

    def warnings_for(self, key: Key) -> list[str]:
        """What controllers say is wrong with an object now; nothing for one that they are done with."""
        return []

    @abc.abstractmethod
    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        """The live objects of a kind, of one namespace or of all, in the order of their names."""


class Clusters(Protocol):
    """Finds the cluster behind an API server's address."""

    def by_server(self, server_url: str) -> Cluster | None:
        """The cluster, or `None` when nothing answers there."""


def group_of(api_version: str) -> str:
    """The API group of an `apiVersion`; empty for the core group."""
    return api_version.rpartition("/")[0]


def plural(kind: str) -> str:
    """A built-in kind's name in URLs and messages (`networkpolicies`)."""
    lower = kind.lower()
    if lower.endswith("s"):
        return lower if lower == "endpoints" else f"{lower}es"
    if lower.endswith("y") and not lower.endswith("ay"):
        return f"{lower[:-1]}ies"
    return f"{lower}s"
