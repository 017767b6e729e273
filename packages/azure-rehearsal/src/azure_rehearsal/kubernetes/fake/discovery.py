"""Discovery: the kinds that one fake cluster serves, from its Kubernetes version and from its CRDs."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason, Scope, group_of
from azure_rehearsal.kubernetes.crd_catalog import install_hint
from azure_rehearsal.kubernetes.custom_resources import CustomKind, kinds_of_crd
from azure_rehearsal.kubernetes.schemas import BuiltinKinds, builtin_kinds

_MISSING_CRD: Final = "Apply the CustomResourceDefinition first, and make the resource depend on it."


class Discovery:
    """The built-in and custom kinds of one cluster. Reads are thread-safe; changes need a lock."""

    def __init__(self, version: str) -> None:
        self.version = version
        """The Kubernetes version; it changes when the cluster is upgraded."""
        self._defined: dict[Key, tuple[CustomKind, ...]] = {}
        self._custom: dict[tuple[str, str], CustomKind] = {}

    def define(self, key: Key, definition: Object) -> None:
        """Adds or updates the kinds of a CRD."""
        self._set({**self._defined, key: kinds_of_crd(definition)})

    def forget(self, key: Key) -> None:
        """Removes the kinds of a CRD; does nothing for any other object."""
        if key in self._defined:
            self._set({other: kinds for other, kinds in self._defined.items() if other != key})

    def defined_by(self, key: Key) -> set[tuple[str, str]]:
        """`(group, kind)` of the resources of a CRD; empty for any other object."""
        return {(group_of(kind.api_version), kind.kind) for kind in self._defined.get(key, ())}

    def names(self) -> list[tuple[str, str]]:
        """Every `(apiVersion, kind)`."""
        return sorted({*self._builtin.kinds, *self._custom})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        """The scope of a kind; `None` when the cluster does not serve it."""
        custom = self._custom.get((api_version, kind))
        return custom.scope if custom else self._builtin.scope(api_version, kind)

    def problems(self, item: Object) -> list[str]:
        """The schema's errors about an object, each as `path: reason`. The cluster must serve its kind."""
        custom = self._custom.get((item["apiVersion"], item["kind"]))
        if custom is None:
            return self._builtin.problems(item)
        return [*self._builtin.metadata_problems(item.get("metadata")), *custom.problems(item)]

    def no_match(self, key: Key) -> ApiError:
        """The error for an object whose kind the cluster does not serve.

        It is permanent when a chart or AKS installs the kind: then no other resource of the program creates the CRD.
        """
        message = f'no matches for kind "{key.kind}" in version "{key.api_version}"; ensure CRDs are installed first'
        served = [api for api, kind in self.names() if kind == key.kind]
        other_versions = f"Kubernetes {self.version} has {key.kind} in {', '.join(served)}." if served else ""
        hint = "" if key.group in map(group_of, served) else install_hint(key.group, key.kind)
        remediation = " ".join(filter(None, [hint, other_versions])) or _MISSING_CRD
        return ApiError(Reason.NO_MATCH, message, remediation, permanent=bool(hint))

    @property
    def _builtin(self) -> BuiltinKinds:
        return builtin_kinds(self.version)

    def _set(self, defined: dict[Key, tuple[CustomKind, ...]]) -> None:
        """Replaces both maps atomically, because readers do not lock."""
        self._custom = {(kind.api_version, kind.kind): kind for kinds in defined.values() for kind in kinds}
        self._defined = defined
