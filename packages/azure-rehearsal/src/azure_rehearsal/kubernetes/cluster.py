"""The interface between the kubernetes provider and a cluster: a fake API server or a real one.

An object is a plain dictionary in its JSON form. A cluster reports every refusal as `ApiError`, in the API server's
words.
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
    """Whether the objects of a kind live in a namespace."""

    NAMESPACED = "Namespaced"
    CLUSTER = "Cluster"


class Reason(enum.StrEnum):
    """The API server's reasons (`metav1.StatusReason`), plus the client's `NoKindMatch`."""

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
    """Identifies an object. `namespace` is empty for cluster-scoped objects."""

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
        """The API server's notation: `deployments.apps "edge"`."""
        return f'{plural(self.kind)}{"." if self.group else ""}{self.group} "{self.name}"'


class ApiError(Exception):
    """A refusal by the API server.

    `missing` is the object whose absence is the cause, if any (a namespace that does not exist). `permanent` means that
    a retry cannot succeed, whatever the reason.
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
    """One Kubernetes API server. Thread-safe.

    `manager` is the field manager of a write. With `dry_run` a method returns the result without writing it.
    """

    ready_timeout_seconds: float = 0
    """Maximum time until an object is ready after a write; 0 where objects are ready immediately."""

    @property
    @abc.abstractmethod
    def version(self) -> str:
        """The Kubernetes version, `major.minor` or `major.minor.patch`."""

    @abc.abstractmethod
    def api_versions(self) -> list[str]:
        """Every `group/version` and `group/version/Kind` that the server offers, as in Helm's capabilities."""

    @abc.abstractmethod
    def scope(self, api_version: str, kind: str) -> Scope | None:
        """The scope of a kind; `None` when the server does not offer the kind."""

    @abc.abstractmethod
    def validate(self, item: Object) -> list[str]:
        """The API's validation errors for an object, each as `path: reason`; empty for an unknown kind."""

    @abc.abstractmethod
    def create(self, item: Object, manager: str, dry_run: bool = False) -> Object:
        """Creates an object and returns the stored object. Raises `ApiError`, for example ALREADY_EXISTS."""

    @abc.abstractmethod
    def apply(self, item: Object, manager: str, force: bool = False, dry_run: bool = False) -> Object:
        """Server-side apply: `item` replaces all fields that `manager` owns. Creates the object if it is missing.

        Raises `ApiError`: CONFLICT when another manager owns a field with a different value and `force` is not set.
        """

    @abc.abstractmethod
    def get(self, key: Key) -> Object | None:
        """The live object."""

    @abc.abstractmethod
    def delete(self, key: Key) -> None:
        """Deletes an object and its dependents. Raises `ApiError`, for example NOT_FOUND."""

    def not_ready_reason(self, live: Object) -> str:
        """Why a written object is not ready yet; empty when it is ready."""
        return ""

    def warnings_for(self, key: Key) -> list[str]:
        """The current warnings of controllers about an object."""
        return []

    @abc.abstractmethod
    def list_objects(self, api_version: str, kind: str, namespace: str | None = None) -> list[Object]:
        """The live objects of a kind, in one namespace or in all, sorted by name."""


class Clusters(Protocol):
    """Finds a cluster by the address of its API server."""

    def by_server(self, server_url: str) -> Cluster | None:
        """The cluster, or `None` when no API server answers at this address."""


def group_of(api_version: str) -> str:
    """The API group of an `apiVersion`; empty for the core group."""
    return api_version.rpartition("/")[0]


def plural(kind: str) -> str:
    """The plural of a built-in kind, as in URLs and messages (`networkpolicies`)."""
    lower = kind.lower()
    if lower.endswith("s"):
        return lower if lower == "endpoints" else f"{lower}es"
    if lower.endswith("y") and not lower.endswith("ay"):
        return f"{lower[:-1]}ies"
    return f"{lower}s"
