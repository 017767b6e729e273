"""Settings and secrets of the stack that Pulumi runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from model.kinds import KINDS, Settings
from settings.loader.stack_file import (
    NAMESPACE,
    PROJECT,
    Kinds,
    refuse_misplaced_secrets,
    refuse_misspelled_prefixes,
    settings_from,
)
from settings.schema.errors import SettingsError

if TYPE_CHECKING:
    import pulumi


def load_settings(kinds: Kinds = KINDS) -> Settings:
    """Returns the settings of the running stack.

    Raises `pulumi.RunError` with all problems. Pulumi shows it without a traceback.
    """
    import pulumi
    from pulumi.runtime import config

    prefix = f"{NAMESPACE}:"
    every = sorted({**config.get_config_env(), **config.CONFIG.get()})
    keys = [key for key in every if key.startswith(prefix)]
    secret = [key.removeprefix(prefix) for key in keys if config.is_config_secret(key)]
    own = {key.removeprefix(prefix): _decoded(config.get_config(key)) for key in keys}
    try:
        refuse_misspelled_prefixes(every)
        refuse_misplaced_secrets(own, secret)
        return settings_from(own, PROJECT, kinds)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def load_secrets(kinds: Kinds = KINDS) -> dict[str, pulumi.Output[str]]:
    """Returns the values of `voice:secrets` by name, each a secret output. No value becomes a plain string."""
    import pulumi

    values = pulumi.Config(NAMESPACE).get_secret_object("secrets")
    if values is None:
        return {}
    return {name: _value_of(values, name) for name in load_settings(kinds).secrets}


def _value_of(values: pulumi.Output[dict[str, str]], name: str) -> pulumi.Output[str]:
    return values.apply(lambda plain: plain[name])


def _decoded(text: str) -> Any:
    """Pulumi passes maps, lists, numbers and booleans as JSON, and text as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text
