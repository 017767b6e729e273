"""The kubeconfig of the program's Kubernetes provider, made from Azure's kubeconfig for users."""

from __future__ import annotations

from typing import Any, Final

import yaml

KUBELOGIN: Final = "kubelogin"

_INTERACTIVE: Final = {"--login", "-l", "--client-id", "--tenant-id", "-t"}
"""Arguments of the interactive login, each with a value. The unattended logins read client and tenant from the
environment.
"""


def unattended(kubeconfig: str, login: str) -> str:
    """Replaces the interactive login of an Entra cluster's kubeconfig by kubelogin's `login` (`azurecli`,
    `workloadidentity`, `azurepipelines`).

    Returns a kubeconfig with certificates (local accounts) unchanged. Raises `ValueError`, with the user's name, for a
    user with neither.
    """
    config = yaml.safe_load(kubeconfig)
    changed = False
    for user in config["users"]:
        credentials = user["user"]
        if "exec" in credentials:
            credentials["exec"] = _unattended_exec(credentials["exec"], login)
            changed = True
        elif "client-certificate-data" not in credentials:
            raise ValueError(
                f"The cluster's kubeconfig has the credentials {', '.join(sorted(credentials)) or 'nothing'} for user "
                f"{user['name']!r}. Expected: a client certificate or an exec plugin. Upgrade the cluster."
            )
    return yaml.safe_dump(config, sort_keys=False) if changed else kubeconfig


def _unattended_exec(plugin: dict[str, Any], login: str) -> dict[str, Any]:
    arguments: list[str] = []
    rest = iter(plugin.get("args") or [])
    for argument in rest:
        if argument in _INTERACTIVE:
            next(rest, None)
        elif argument.split("=", 1)[0] not in _INTERACTIVE:
            arguments.append(argument)
    return {**plugin, "command": KUBELOGIN, "args": [*arguments, "--login", login]}
