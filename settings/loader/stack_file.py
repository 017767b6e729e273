"""From a stack file to `Settings`: the one place that knows how the file is written and how Pulumi hands it over.

Values come in three layers, the later over the earlier, maps merged key by key and lists taken whole: the defaults of
`voice:class`, the sections of the stack that `voice:extends` names, the stack's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import yaml
from pydantic import ValidationError

from model.checks import check
from settings.loader.class_defaults import class_defaults
from settings.loader.validation_messages import NAMESPACE, problems_of
from settings.schema.errors import Problem, SettingsError
from settings.schema.stack import Settings, StackClass

if TYPE_CHECKING:
    pass

NOT_INHERITED: Final = ("secrets", "region", "global", "extends")
PROJECT: Final = Path(__file__).resolve().parent.parent.parent

Raw = dict[str, Any]


def check_stack_file(path: Path) -> list[str]:
    """The problems of a stack file, in words, without running anything; empty when it can be deployed."""
    try:
        load_stack_file(path)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def load_stack_file(path: Path) -> Settings:
    """The settings of a stack file. Raises `SettingsError`."""
    sections = read_sections(path)
    secrets = sections.get("secrets") or {}
    encrypted = isinstance(secrets, Mapping) and all(_is_secure(value) for value in secrets.values())
    misplaced = [section for section, value in sections.items() if section != "secrets" and _holds_secure(value)]
    refuse_misplaced_secrets(sections, [*misplaced, *(["secrets"] if encrypted else [])])
    return settings_from(sections, path.parent)


def refuse_misplaced_secrets(sections: Raw, secret: Sequence[str]) -> None:
    """Secrets stand in `voice:secrets` and nowhere else, and nothing there is in clear."""
    problems = [
        Problem(
            f"{NAMESPACE}:{section}",
            None,
            f"secrets in {NAMESPACE}:secrets only; other sections name them",
            f"move it: `pulumi config set --path --secret '{NAMESPACE}:secrets.<name>'`.",
            wrong="has a secret in it",
        )
        for section in secret
        if section != "secrets"
    ]
    if sections.get("secrets") and "secrets" not in secret:
        problems.append(
            Problem(
                f"{NAMESPACE}:secrets",
                None,
                "`secure:` values only",
                f"change it and set it with `pulumi config set --path --secret '{NAMESPACE}:secrets.<name>'`.",
                wrong="is not encrypted",
            )
        )
    if problems:
        raise SettingsError(problems)


def _is_secure(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"secure"}


def _holds_secure(value: Any) -> bool:
    if isinstance(value, Mapping):
        return _is_secure(value) or any(_holds_secure(item) for item in value.values())
    return isinstance(value, list) and any(_holds_secure(item) for item in value)


def read_sections(path: Path) -> Raw:
    """The `voice:` sections of a stack file, as written. Raises `SettingsError` for a file that has none to give."""
    try:
        text = path.read_text()
    except OSError:
        stacks = sorted(file.name.split(".")[1] for file in path.parent.glob("Pulumi.*.yaml"))
        raise SettingsError(
            [
                Problem(
                    path.name,
                    None,
                    "a stack of this project: " + ", ".join(stacks),
                    "name one of them, or write the file.",
                )
            ]
        ) from None
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _unreadable(path, " ".join(str(error).split())) from None
    config = content.get("config") if isinstance(content, Mapping) else None
    if not isinstance(config, Mapping):
        raise _unreadable(path, "there is no map `config:` at its top level")
    return sections_in(config)


def sections_in(config: Mapping[str, Any]) -> Raw:
    """The `voice:` sections of a stack file's `config`, without the prefix."""
    prefix = f"{NAMESPACE}:"
    return {key.removeprefix(prefix): value for key, value in config.items() if str(key).startswith(prefix)}


def _unreadable(path: Path, reason: str) -> SettingsError:
    return SettingsError(
        [
            Problem(
                path.name,
                None,
                "YAML with a map `config:`",
                "mend the file at that place.",
                wrong=f"cannot be read as a stack file: {reason}",
            )
        ]
    )


def settings_from(own: Raw, project: Path) -> Settings:
    """Merges the layers, validates and checks. `project` is where the stack that `extends` names is looked for."""
    merged = with_base(own, project)
    stack_class = merged.get("class")
    # Of a class that is none, only that is worth saying: not that its defaults are missing.
    known = next((name for name in get_args(StackClass) if name == stack_class), "production")
    merged = _merge(class_defaults(known), merged)
    secrets = merged.get("secrets")
    merged["secrets"] = sorted(secrets) if isinstance(secrets, Mapping) else secrets or []
    try:
        settings = Settings.model_validate_json(json.dumps(merged, default=str))
    except ValidationError as error:
        raise SettingsError(problems_of(error)) from None
    problems = check(settings)
    if problems:
        raise SettingsError(problems)
    return settings


def with_base(own: Raw, project: Path) -> Raw:
    """The sections of a stack over those of the one that it extends. Raises `SettingsError` for a base that is none."""
    base = own.get("extends")
    if not isinstance(base, str):
        return own
    path = project / f"Pulumi.{base}.yaml"
    stacks = sorted(file.name.split(".")[1] for file in project.glob("Pulumi.*.yaml"))
    if not path.is_file():
        allowed = "a stack of this project: " + ", ".join(stacks)
        raise SettingsError([Problem("voice:extends", base, allowed, "name one of them.")])
    sections = read_sections(path)
    if "extends" in sections:
        allowed = "a stack that extends no other"
        raise SettingsError([Problem("voice:extends", base, allowed, f"extend {sections['extends']} instead.")])
    return _merge({key: value for key, value in sections.items() if key not in NOT_INHERITED}, own)


def _merge(base: Raw, over: Raw) -> Raw:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
