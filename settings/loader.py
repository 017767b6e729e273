"""From a stack file to `Settings`: the one place that knows how the file is written and how Pulumi hands it over.

Values come in three layers, the later over the earlier, maps merged key by key and lists taken whole: the defaults of
`voice:class`, the sections of the stack that `voice:extends` names, the stack's own.
"""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.checks import check
from settings.classes import StackClass, class_defaults
from settings.errors import Problem, SettingsError
from settings.stack import Settings

if TYPE_CHECKING:
    import pulumi

NAMESPACE: Final = "voice"
NOT_INHERITED: Final = ("secrets", "region", "global", "extends")
PROJECT: Final = Path(__file__).resolve().parent.parent

Raw = dict[str, Any]


def load_settings() -> Settings:
    """The settings of the running stack.

    Raises `pulumi.RunError` with every problem, which Pulumi shows without a traceback.
    """
    import pulumi
    from pulumi.runtime import config

    prefix = f"{NAMESPACE}:"
    keys = sorted(key for key in {**config.get_config_env(), **config.CONFIG.get()} if key.startswith(prefix))
    secret = [key.removeprefix(prefix) for key in keys if config.is_config_secret(key)]
    own = {key.removeprefix(prefix): _decoded(config.get_config(key)) for key in keys}
    try:
        _refuse_misplaced_secrets(own, secret)
        return settings_from(own, PROJECT)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def load_secrets() -> dict[str, pulumi.Output[str]]:
    """The values of `voice:secrets` by name, each a secret output; a value is never a plain string here."""
    import pulumi

    values = pulumi.Config(NAMESPACE).get_secret_object("secrets")
    if values is None:
        return {}
    return {name: _value_of(values, name) for name in load_settings().secrets}


def _value_of(values: pulumi.Output[dict[str, str]], name: str) -> pulumi.Output[str]:
    return values.apply(lambda plain: plain[name])


def _refuse_misplaced_secrets(sections: Raw, secret: Sequence[str]) -> None:
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


def _decoded(text: str) -> Any:
    """Pulumi hands objects, lists, numbers and booleans over as JSON, and plain words as they are."""
    try:
        return json.loads(text)
    except ValueError:
        return text


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
    _refuse_misplaced_secrets(sections, [*misplaced, *(["secrets"] if encrypted else [])])
    return settings_from(sections, path.parent)


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
        details = error.errors(include_url=False)
        raise SettingsError([_problem(detail) for detail in details if not _follows(detail, details)]) from None
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


def _follows(detail: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    """Whether a list is only called too short because an item of it was refused."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in others
    )


def _problem(detail: ErrorDetails) -> Problem:
    """Pydantic's finding in the words of `Problem`. Secrets have no values here, so none can be shown."""
    path = _path(detail["loc"])
    context = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "missing":
            return Problem(path, None, _description(detail["loc"]), f"add {detail['loc'][-1]} to the stack file.")
        case "extra_forbidden":
            known = _keys(detail["loc"][:-1])
            near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1, cutoff=0.6)
            fix = f"did you mean {near[0]}?" if near else "remove it."
            return Problem(path, value, "one of " + ", ".join(sorted(known)), fix, wrong="is not a setting")
        case "setting":
            return Problem(path, value, context["allowed"], context["fix"])
        case "literal_error":
            quoted = isinstance(value, (int, float)) and not isinstance(value, bool)
            fix = "put the value in quotes: YAML read it as a number." if quoted else "choose one of these."
            return Problem(path, value, str(context["expected"]), fix)
        case "string_pattern_mismatch" | "string_too_long":
            return Problem(path, value, _allowed(detail["loc"]) or detail["msg"], "change the value.")
        case _:
            return Problem(path, value, _plain(detail["msg"]), "change the value." + _hint(detail["loc"]))


def _plain(message: str) -> str:
    words = {
        "Input should be a valid integer": "a whole number",
        "Input should be a valid string": "text; put it in quotes if it looks like a number",
        "Input should be a valid boolean": "true or false",
        "Input should be a valid array": "a list",
        "Input should be an object": "a map of settings",
    }
    plain = words.get(message, message.removeprefix("Input should be "))
    return plain.replace("less than or equal to", "at most").replace("greater than or equal to", "at least")


def _path(location: tuple[int | str, ...]) -> str:
    path = f"{NAMESPACE}:"
    for part in location:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else part if path.endswith(":") else f".{part}"
    return path


def _walk(location: tuple[int | str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON schema's node for a location, and the whole schema for its references."""
    schema = _schema()
    node: dict[str, Any] = schema
    for position, part in enumerate(location):
        node = _resolved(node, schema)
        if location[position + 1 :] == ("[key]",):
            return node.get("propertyNames", {}), schema
        if isinstance(part, int):
            node = node.get("items", {})
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        else:
            patterns = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
            node = patterns[0] if isinstance(patterns[0], dict) else {}
    return node, schema


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    branches = [item for item in node.get("anyOf", []) if item.get("type") != "null"]
    if branches:
        return _resolved({**branches[0], **{key: item for key, item in node.items() if key != "anyOf"}}, schema)
    reference = node.get("$ref")
    if reference is None:
        return node
    return {
        **schema["$defs"][reference.rsplit("/", 1)[-1]],
        **{key: item for key, item in node.items() if key != "$ref"},
    }


@functools.cache
def _schema() -> dict[str, Any]:
    return Settings.model_json_schema()


def _keys(location: tuple[int | str, ...]) -> list[str]:
    node, schema = _walk(location)
    return list(_resolved(node, schema).get("properties", {}))


def _description(location: tuple[int | str, ...]) -> str:
    node, schema = _walk(location)
    text = _resolved(node, schema).get("description", "a value")
    return " ".join(text.split()).rstrip(".")


def _allowed(location: tuple[int | str, ...]) -> str | None:
    node, schema = _walk(location)
    return _resolved(node, schema).get("x-allowed")


def _hint(location: tuple[int | str, ...]) -> str:
    text = _description(location)
    return "" if text == "a value" else f" {text}."
