"""Reads, completes and validates a stack file.

Values come in three layers: the defaults of `voice:class`, the sections of the stack that `voice:extends` names, and
the stack's own sections. A later layer overrides an earlier one: maps are merged key by key, lists are replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import yaml
from pydantic import ValidationError

from model.kinds import KINDS, Kind, Settings
from settings.loader.renamed_settings import NAMESPACE, with_new_names
from settings.loader.stack_kind import kind_of
from settings.loader.validation_messages import problems_of
from settings.schema.errors import Problem, SettingsError
from settings.schema.stack import StackClass

NOT_INHERITED: Final = ("secrets", "region", "global", "extends")
PROJECT: Final = Path(__file__).resolve().parent.parent.parent

Raw = dict[str, Any]
Kinds = Mapping[str, Kind[Any]]


def check_stack_file(path: Path, kinds: Kinds = KINDS) -> list[str]:
    """Returns the problems of a stack file as text, without running anything; an empty list for a valid file."""
    return [str(problem) for problem in problems_in(path, kinds)]


def problems_in(path: Path, kinds: Kinds = KINDS) -> Sequence[Problem]:
    """Returns the problems of a stack file."""
    try:
        load_stack_file(path, kinds)
    except SettingsError as error:
        return error.problems
    return ()


def load_stack_file(path: Path, kinds: Kinds = KINDS) -> Settings:
    """Returns the settings of a stack file. Raises `SettingsError`."""
    sections = read_sections(path)
    secrets = sections.get("secrets") or {}
    encrypted = isinstance(secrets, Mapping) and all(_is_secure(value) for value in secrets.values())
    misplaced = [section for section, value in sections.items() if section != "secrets" and _holds_secure(value)]
    refuse_misplaced_secrets(sections, [*misplaced, *(["secrets"] if encrypted else [])])
    return settings_from(sections, path.parent, kinds)


def refuse_misplaced_secrets(sections: Raw, secret: Sequence[str]) -> None:
    """Raises `SettingsError` for a secret outside `voice:secrets` and for plain text in it.

    `secret` lists the sections that contain an encrypted value.
    """
    command = f"`pulumi config set --path --secret '{NAMESPACE}:secrets.<name>'`"
    problems = [
        Problem(
            "misplaced-secret",
            f"{NAMESPACE}:{section}",
            None,
            f"secrets in `{NAMESPACE}:secrets` only; other sections refer to them by name",
            f"Move the secret with {command}.",
            wrong="contains a secret",
        )
        for section in secret
        if section != "secrets"
    ]
    if sections.get("secrets") and "secrets" not in secret:
        problems.append(
            Problem(
                "secret-not-encrypted",
                f"{NAMESPACE}:secrets",
                None,
                "only `secure:` values",
                f"Change the secret, because it was stored as plain text, and set it with {command}.",
                wrong="contains plain text",
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
    """Returns the `voice:` sections of a stack file, as written. Raises `SettingsError` for an unreadable file."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        expected = f"a stack of this project ({_stacks(path.parent)})"
        if path.exists():
            raise _unreadable(path, error.strerror or str(error), "Make the file readable.") from None
        remediation = "Use one of these stacks, or create the file."
        problem = Problem("stack-file-missing", path.name, None, expected, remediation, wrong="does not exist")
        raise SettingsError([problem]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _unreadable(path, f"line {line} is not UTF-8 text", "Save the file as UTF-8.") from None
    try:
        content = yaml.load(text, _StackFileLoader)  # noqa: S506 - a subclass of SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(path, _yaml_reason(error), "Fix the YAML at that line.") from None
    config = content.get("config") if isinstance(content, Mapping) else None
    if not isinstance(config, Mapping):
        reason = "it has no map `config:` at its top level"
        raise _unreadable(path, reason, "Write the settings under `config:`, each with the prefix `voice:`.")
    refuse_misspelled_prefixes(map(str, config))
    return sections_in(config)


def refuse_misspelled_prefixes(keys: Iterable[str]) -> None:
    """Raises `SettingsError` for keys of `config` that nothing reads: a misspelled prefix, or none.

    Other namespaces belong to Pulumi, its providers and your own resources (docs/extending.md).
    """
    problems = []
    for key in keys:
        namespace, colon, section = key.rpartition(":")
        if not colon or (namespace != NAMESPACE and get_close_matches(namespace, [NAMESPACE], cutoff=0.7)):
            wrong = f"has the prefix `{namespace}:`" if colon else "has no prefix"
            better = f"{NAMESPACE}:{section}"
            expected = f"the prefix `{NAMESPACE}:` at every setting of the platform"
            problems.append(Problem("unknown-prefix", key, None, expected, f"Did you mean `{better}`?", wrong=wrong))
    if problems:
        raise SettingsError(problems)


class _StackFileLoader(yaml.SafeLoader):
    """Refuses two errors that PyYAML accepts: a key that occurs twice, and an anchor that contains itself.

    Reports the place of a value that PyYAML cannot convert, such as the date 2026-13-01.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) and event.anchor in self.anchors:
            anchored = self.anchors[event.anchor]
            if isinstance(anchored, yaml.CollectionNode) and anchored.end_mark is None:
                raise yaml.MarkedYAMLError(
                    problem=f"anchor {event.anchor} contains itself", problem_mark=event.start_mark
                )
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.MarkedYAMLError(problem=f"key {key.value} occurs twice", problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _yaml_reason(error: Exception) -> str:
    """The parser's finding with its line and column, without the excerpt of the file, which may show a secret."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return " ".join(str(error).split())
    mark = error.problem_mark or error.context_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    reason = place + " ".join((error.problem or error.context or "invalid YAML").split())
    start = error.context_mark
    if error.problem and error.context and mark and start and start.line != mark.line:
        reason += f", {error.context} that starts in line {start.line + 1}"
    return reason


def sections_in(config: Mapping[str, Any]) -> Raw:
    """Returns the `voice:` sections of a stack file's `config`, without the prefix."""
    prefix = f"{NAMESPACE}:"
    return {str(key).removeprefix(prefix): value for key, value in config.items() if str(key).startswith(prefix)}


def _unreadable(path: Path, reason: str, remediation: str) -> SettingsError:
    return SettingsError(
        [
            Problem(
                "unreadable-stack-file",
                path.name,
                None,
                "YAML with a map `config:`",
                remediation,
                wrong=f"cannot be read ({reason})",
            )
        ]
    )


def settings_from(own: Raw, project: Path, kinds: Kinds = KINDS) -> Settings:
    """Merges the layers, validates them against the model of the stack's kind, and applies the kind's rules.

    `own` are the stack's own `voice:` sections; `project` is the folder of the stack that `extends` names. Raises
    `SettingsError` with all problems.
    """
    base = _base_of(own, project)
    kind = kind_of(own, base, kinds)
    merged, renamed = with_new_names(_over(base, own))
    stack_class = merged.get("class")
    # With an unknown class, only the class is a problem, not the defaults that depend on it.
    known = next((name for name in get_args(StackClass) if name == stack_class), "production")
    merged = _merge(kind.defaults(known), merged)
    secrets = merged.get("secrets")
    merged["secrets"] = sorted(map(str, secrets)) if isinstance(secrets, Mapping) else secrets or []
    try:
        settings = kind.settings.model_validate_json(json.dumps(_with_text_keys(merged), default=str))
    except ValidationError as error:
        raise SettingsError([*renamed, *problems_of(error, kind)]) from None
    problems = [*renamed, *kind.check(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


def _with_text_keys(value: Any) -> Any:
    """YAML keys can be numbers, dates and null; JSON keys are text."""
    if isinstance(value, Mapping):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value


def with_base(own: Raw, project: Path) -> Raw:
    """Returns the sections of a stack merged over those of the stack that it extends. Raises `SettingsError`."""
    return _over(_base_of(own, project), own)


def _base_of(own: Raw, project: Path) -> Raw | None:
    """The sections of the stack that this one extends; `None` when it extends none."""
    base = own.get("extends")
    if not isinstance(base, str):
        return None
    path = project / f"Pulumi.{base}.yaml"
    if not path.is_file():
        expected = f"a stack of this project ({_stacks(project)})"
        raise SettingsError([Problem("unknown-base", "voice:extends", base, expected, "Use one of these stacks.")])
    sections = read_sections(path)
    if "extends" in sections:
        expected = "a stack that does not extend another stack"
        remediation = f"Extend `{sections['extends']}` instead."
        raise SettingsError([Problem("base-has-base", "voice:extends", base, expected, remediation)])
    return sections


def _over(base: Raw | None, own: Raw) -> Raw:
    return _merge({key: value for key, value in (base or {}).items() if key not in NOT_INHERITED}, own)


def _stacks(project: Path) -> str:
    return ", ".join(sorted(file.name.split(".")[1] for file in project.glob("Pulumi.*.yaml")))


def _merge(base: Raw, over: Raw) -> Raw:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
