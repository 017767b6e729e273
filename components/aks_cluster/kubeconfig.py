"""The kubeconfig that the program's Kubernetes provider uses, from the one that Azure gives to users."""

from __future__ import annotations

from typing import Any, Final

import yaml

KUBELOGIN: Final = "kubelogin"

_ASKS_A_PERSON: Final = {"--login", "-l", "--client-id", "--tenant-id", "-t"}
"""Arguments of the interactive login, each with a value; the two unattended ones find client and tenant by
themselves.
"""


def unattended(kubeconfig: str, login: str) -> str:
    """Turns the interactive login of an Entra cluster's kubeconfig into kubelogin's `login` (`azurecli`,
    `workloadidentity`).

    A kubeconfig with certificates (local accounts) passes through unchanged. Raises `ValueError` for a user that is
    neither, naming it.
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
                f"user {user['name']!r} of the cluster's kubeconfig has neither a certificate nor an exec plugin: "
                f"{', '.join(sorted(credentials)) or 'nothing'}. Fix: upgrade the cluster."
            )
    return yaml.safe_dump(config, sort_keys=False) if changed else kubeconfig


def _unattended_exec(plugin: dict[str, Any], login: str) -> dict[str, Any]:
    arguments: list[str] = []
    rest = iter(plugin.get("args") or [])
    for argument in rest:
        if argument in _ASKS_A_PERSON:
            next(rest, None)
        elif argument.split("=", 1)[0] not in _ASKS_A_PERSON:
            arguments.append(argument)
    return {**plugin, "command": KUBELOGIN, "args": [*arguments, "--login", login]}
