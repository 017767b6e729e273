"""The configuration of the kubernetes provider: the cluster that it targets, and which changes mean another cluster.

Follows `CheckConfig`, `DiffConfig` and `Configure` in `provider/pkg/provider/provider.go` of pulumi-kubernetes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import yaml

from azure_rehearsal.kubernetes.sdk_arguments import PROVIDER_SETTINGS
from azure_rehearsal.protocol.provider import CheckFailure, Difference
from azure_rehearsal.protocol.values import UNKNOWN

_ENGINE_SETTINGS: Final = frozenset({"version", "pluginDownloadURL"})
_NOT_SUPPORTED: Final = ("alwaysRender", "renderYamlToDirectory")
_CLUSTER_SETTINGS: Final = ("kubeconfig", "context", "cluster")
_IDENTIFIER: Final = "clusterIdentifier"


class InvalidKubeconfig(ValueError):
    """A kubeconfig that does not identify a cluster. The message says what is wrong."""


@dataclass(frozen=True)
class Target:
    """The cluster of a kubeconfig's active context: its address, the default namespace and the whole cluster entry."""

    server: str
    namespace: str
    cluster: dict[str, Any]


@dataclass(frozen=True)
class Configuration:
    """The settings of a provider instance. `target` is `None` when no kubeconfig is usable; `reason` says why."""

    target: Target | None
    reason: str
    config_maps_mutable: bool
    secrets_mutable: bool
    patch_force: bool
    server_side_apply: bool
    upsert: bool
    delete_unreachable: bool
    skip_update_unreachable: bool

    @property
    def namespace(self) -> str:
        """The namespace of namespaced objects that set none."""
        return self.target.namespace if self.target else "default"

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Configuration:
        """Reads a checked configuration. Never reads the machine's ambient kubeconfig."""
        target, reason = None, "no kubeconfig is set, and the rehearsal does not read the one of this machine"
        if settings.get("kubeconfig"):
            try:
                target, reason = active_target(settings), ""
            except InvalidKubeconfig as error:
                reason = f"failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- {error}"
        return cls(
            target=target,
            reason=reason,
            config_maps_mutable=_is_true(settings, "enableConfigMapMutable"),
            secrets_mutable=_is_true(settings, "enableSecretMutable"),
            patch_force=_is_true(settings, "enablePatchForce"),
            server_side_apply=_is_true(settings, "enableServerSideApply", default=True),
            upsert=_is_true(settings, "upsertExistingObjects"),
            delete_unreachable=_is_true(settings, "deleteUnreachable"),
            skip_update_unreachable=_is_true(settings, "skipUpdateUnreachable"),
        )


def check_settings(settings: dict[str, Any]) -> list[CheckFailure]:
    """The errors of a configuration. Skips values that are still unknown."""
    failures = [
        CheckFailure(
            name, f"the kubernetes provider has no setting {name}. Use: {', '.join(sorted(PROVIDER_SETTINGS))}"
        )
        for name in sorted(settings.keys() - PROVIDER_SETTINGS - _ENGINE_SETTINGS)
    ]
    failures += [
        CheckFailure(name, f"{name} is not supported: the rehearsal deploys to a cluster. Remove it.")
        for name in _NOT_SUPPORTED
        if settings.get(name) not in (None, "", "false", False)
    ]
    if settings.get("kubeconfig") and not any(settings.get(name) is UNKNOWN for name in _CLUSTER_SETTINGS):
        try:
            active_target(settings)
        except InvalidKubeconfig as error:
            failures.append(CheckFailure("kubeconfig", str(error)))
    return failures


def diff_settings(old: dict[str, Any], new: dict[str, Any]) -> Difference:
    """The difference between two configurations. Another cluster replaces every resource of the provider.

    A changed `clusterIdentifier` means another cluster; an unchanged one means the same cluster, whatever the
    kubeconfig says. Without an identifier, an unknown kubeconfig means another cluster, and a known one does when its
    active cluster differs.
    """
    changed = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    if not changed:
        return Difference()
    identified = bool(old.get(_IDENTIFIER) and new.get(_IDENTIFIER))
    replaces = [_IDENTIFIER] if identified and _IDENTIFIER in changed else []
    unknown = next((name for name in _CLUSTER_SETTINGS if new.get(name) is UNKNOWN), None)
    if unknown is not None:
        changed = [*replaces, unknown]
        replaces = list(changed)
    elif _targets_differ(old, new):
        replaces += [name for name in _CLUSTER_SETTINGS if name in changed]
    if identified and new[_IDENTIFIER] == old[_IDENTIFIER]:
        replaces = []
    return Difference(changed=changed, replaces=replaces)


def active_target(settings: dict[str, Any]) -> Target:
    """The cluster that a configuration targets. Raises `InvalidKubeconfig`."""
    kubeconfig = _parsed(settings["kubeconfig"])
    contexts, clusters = (_by_name(kubeconfig, kind) for kind in ("context", "cluster"))
    name = settings.get("context") or kubeconfig.get("current-context")
    if not name:
        raise InvalidKubeconfig("the kubeconfig has no current-context. Set it, or the provider's `context`.")
    if name not in contexts:
        raise InvalidKubeconfig(f'context "{name}" does not exist in the kubeconfig. Use: {_names(contexts)}')
    cluster_name = settings.get("cluster") or contexts[name].get("cluster")
    cluster = clusters.get(cluster_name)
    if not cluster or not cluster.get("server"):
        raise InvalidKubeconfig(f'cluster "{cluster_name}" has no server in the kubeconfig. Use: {_names(clusters)}')
    namespace = settings.get("namespace") or contexts[name].get("namespace") or "default"
    return Target(cluster["server"], namespace, cluster)


def _targets_differ(old: dict[str, Any], new: dict[str, Any]) -> bool:
    targets = []
    for settings in (old, new):
        if not settings.get("kubeconfig"):
            return False
        try:
            targets.append(active_target(settings))
        except InvalidKubeconfig:
            return False
    return targets[0].cluster != targets[1].cluster


def _parsed(kubeconfig: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(kubeconfig)
    except yaml.YAMLError as error:
        raise InvalidKubeconfig(f"the kubeconfig is not YAML: {error}") from error
    if not isinstance(content, dict):
        raise InvalidKubeconfig(
            "the kubeconfig is not a map of clusters, contexts and users. Set its content, not its path."
        )
    return content


def _by_name(kubeconfig: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: item.get(kind) or {} for item in kubeconfig.get(f"{kind}s") or []}


def _names(items: dict[str, Any]) -> str:
    return ", ".join(sorted(items)) or "none"


def _is_true(settings: dict[str, Any], name: str, default: bool = False) -> bool:
    """A boolean setting, which the SDK sends as JSON text."""
    value = settings.get(name)
    return default if value is None else value in (True, "true")
