"""Which kinds one cluster serves: those of its Kubernetes version, and those of the definitions that it holds."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.kubernetes.cluster import ApiError, Key, Object, Reason, Scope, group_of
from azure_rehearsal.kubernetes.crd_catalog import install_hint
from azure_rehearsal.kubernetes.custom_resources import CustomKind, kinds_of_crd
from azure_rehearsal.kubernetes.schemas import BuiltinKinds, builtin_kinds

_FIRST_THE_DEFINITION: Final = (
    "Apply the CustomResourceDefinition before the resource, and let the resource depend on it."
)


class Discovery:
    """The kinds of one cluster, built-in and custom. Reading is safe from any thread, changing from one at a time."""

    def __init__(self, version: str) -> None:
        self.version = version
        """The Kubernetes version; it changes with the cluster's."""
        self._defined: dict[Key, tuple[CustomKind, ...]] = {}
        self._custom: dict[tuple[str, str], CustomKind] = {}

    def define(self, key: Key, definition: Object) -> None:
        """Takes a CustomResourceDefinition, or another content of it."""
        self._set({**self._defined, key: kinds_of_crd(definition)})

    def forget(self, key: Key) -> None:
        """Drops a CustomResourceDefinition; nothing happens for any other object."""
        if key in self._defined:
            self._set({other: kinds for other, kinds in self._defined.items() if other != key})

    def defined_by(self, key: Key) -> set[tuple[str, str]]:
        """`(group, kind)` of what a definition defines; empty for any other object."""
        return {(group_of(kind.api_version), kind.kind) for kind in self._defined.get(key, ())}

    def names(self) -> list[tuple[str, str]]:
        """Every `(apiVersion, kind)`."""
        return sorted({*self._builtin.kinds, *self._custom})

    def scope(self, api_version: str, kind: str) -> Scope | None:
        """Where objects of a kind live; `None` when the cluster does not have it."""
        custom = self._custom.get((api_version, kind))
        return custom.scope if custom else self._builtin.scope(api_version, kind)

    def problems(self, item: Object) -> list[str]:
        """What the schema of its kind says against an object, `path: reason`. The cluster must have the kind."""
        custom = self._custom.get((item["apiVersion"], item["kind"]))
        if custom is None:
            return self._builtin.problems(item)
        return [*self._builtin.metadata_problems(item.get("metadata")), *custom.problems(item)]

    def no_match(self, key: Key) -> ApiError:
        """The refusal of an object whose kind the cluster does not have.

        It is permanent where a chart or AKS brings the kind: then nothing that the program creates beside it will.
        """
        message = f'no matches for kind "{key.kind}" in version "{key.api_version}"; ensure CRDs are installed first'
        served = [api for api, kind in self.names() if kind == key.kind]
        elsewhere = f"Kubernetes {self.version} has {key.kind} in {', '.join(served)}." if served else ""
        advice = "" if key.group in map(group_of, served) else install_hint(key.group, key.kind)
        remediation = " ".join(filter(None, [advice, elsewhere])) or _FIRST_THE_DEFINITION
        return ApiError(Reason.NO_MATCH, message, remediation, permanent=bool(advice))

    @property
    def _builtin(self) -> BuiltinKinds:
        return builtin_kinds(self.version)

    def _set(self, defined: dict[Key, tuple[CustomKind, ...]]) -> None:
        """Takes the place of what there was at once, for whoever reads meanwhile."""
        self._custom = {(kind.api_version, kind.kind): kind for kinds in defined.values() for kind in kinds}
        self._defined = defined
