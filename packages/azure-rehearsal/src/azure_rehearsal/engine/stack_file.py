"""Stack files for a rehearsal: copies with placeholders for secrets, and overrides of settings.

A stack file can contain `secure:` values that only the team can decrypt. In the copy, a placeholder replaces each, such
as `rehearsed-app.secrets.apiKey`, and `secretsprovider`, `encryptedkey` and `encryptionsalt` are removed. The
simulator never writes the user's own file. Pulumi itself encrypts the placeholders (`pulumi config set-all --secret`
into a keyring file with the rehearsal's own passphrase, `azure_rehearsal.engine.keyring`), and the copy contains them
as `secure:` values. The engine therefore tracks and masks them like real secrets, at any depth, and lists their keys in
`PULUMI_CONFIG_SECRET_KEYS`. Plain text in the copy would lose all of this.

The code edits YAML nodes, not Python values: PyYAML and Pulumi's parser read a plain `02:00`, `on` or date differently,
so the copy must keep it as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from azure_rehearsal.errors import UsageError

ENCRYPTION_KEYS: Final = ("encryptionsalt", "encryptedkey", "secretsprovider")

Steps = tuple[str | int, ...]
"""A path into a stack file: keys and list indexes."""

_STRING_TAG: Final = "tag:yaml.org,2002:str"
_NULL_TAG: Final = "tag:yaml.org,2002:null"
_MAP_TAG: Final = "tag:yaml.org,2002:map"
_LIST_TAG: Final = "tag:yaml.org,2002:seq"
_PATH_STEP: Final = re.compile(r'\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+)\]|\["(?P<quoted>[^"]+)"\]')


@dataclass(frozen=True)
class Override:
    """One `KEY=VALUE` of `--config`: its configuration path, and its value as a YAML node."""

    key: str
    steps: Steps
    value: yaml.Node


def parse_override(text: str, project: str) -> Override:
    """Parses `app:pools[0].count=3`. The value is YAML. A path without a namespace belongs to `project`.

    Raises `UsageError`.
    """
    path, separator, value = text.partition("=")
    if not separator or not path:
        raise UsageError(f"--config {text!r} is not KEY=VALUE. Example: app:protect=false.")
    try:
        node = yaml.compose(value) or yaml.ScalarNode(_NULL_TAG, "null")
    except yaml.YAMLError as error:
        raise UsageError(f"--config {text!r}: the value is not YAML ({_where(error)}). Quote it.") from None
    namespace, separator, rest = path.partition(":")
    if not separator:
        namespace, rest = project, path
    steps = _path_steps(rest)
    if not steps or not isinstance(steps[0], str):
        raise UsageError(f"--config {text!r}: {path!r} is not a configuration path. Example: app:pools[0].count.")
    return Override(f"{namespace}:{steps[0]}", tuple(steps[1:]), node)


def override(path: str, value: Any, project: str) -> Override:
    """An override from a configuration path and a plain Python value. Raises `UsageError`."""
    return parse_override(f"{path}={yaml.safe_dump(value, default_flow_style=True, width=10**6)}", project)


def placeholder_of(steps: Sequence[str | int]) -> str:
    """The default placeholder of the secret at a path: readable, and different for each path."""
    return "rehearsed-" + ".".join(str(step) for step in steps).replace(":", ".")


class StackFile:
    """One stack's settings for a rehearsal: with overrides applied and secrets replaced by placeholders.

    `placeholder` returns the placeholder of the secret at a path. Raises `UsageError` if the file is not YAML or not a
    stack file.
    """

    def __init__(
        self,
        path: Path,
        overrides: Sequence[Override] = (),
        placeholder: Callable[[Steps], str] = placeholder_of,
    ) -> None:
        self.path = path
        self._placeholder = placeholder
        self._root = _compose(path)
        for key in ENCRYPTION_KEYS:
            _remove(self._root, key)
        config = _child(self._root, "config")
        if config is None or _is_null(config):
            config = yaml.MappingNode(_MAP_TAG, [])
            _put(self._root, "config", config)
        if not isinstance(config, yaml.MappingNode):
            raise UsageError(f"{path}: `config` must be a mapping of keys to values.")
        for item in overrides:
            _set(config, (item.key, *item.steps), item.value, path)
        self._secrets = list(_secure_values(config, ()))

    @property
    def placeholders(self) -> list[str]:
        """The placeholder of each secret, in the file's order; the same in every run."""
        return [self._placeholder(steps) for steps, _ in self._secrets]

    def config(self) -> dict[str, Any]:
        """The configuration by its keys, with placeholders for secrets."""
        return yaml.safe_load(self.text()).get("config") or {}

    def text(self, encrypt: Callable[[str], str] = str, salt: str | None = None) -> str:
        """The file as YAML. `encrypt` returns the `secure:` value of a placeholder; `salt` is its encryption salt."""
        for steps, node in self._secrets:
            node.value = encrypt(self._placeholder(steps))
            node.tag = _STRING_TAG
        if salt is not None:
            _put(self._root, "encryptionsalt", yaml.ScalarNode(_STRING_TAG, salt))
        return yaml.serialize(self._root, Dumper=yaml.SafeDumper, width=10**6)


def stack_path(project: Path, stack: str) -> Path:
    """The file of a stack. Raises `UsageError` if there is none."""
    path = project / f"Pulumi.{stack}.yaml"
    names = stack_names(project)
    if stack not in names:
        known = f"Known stacks: {', '.join(names)}" if names else "The directory has no stack files"
        raise UsageError(f"unknown stack {stack!r}: {path} does not exist. {known}.")
    return path


def stack_names(project: Path) -> list[str]:
    """The stacks that have a file, sorted."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in project.glob("Pulumi.*.yaml"))


def project_name(project: Path) -> str:
    """`name` of Pulumi.yaml. Raises `UsageError`."""
    path = project / "Pulumi.yaml"
    if not path.exists():
        raise UsageError(f"{path} does not exist: run the command in the project's directory.")
    name = _child(_compose(path), "name")
    if not isinstance(name, yaml.ScalarNode):
        raise UsageError(f"{path} has no `name`: add the project's name.")
    return name.value


def _compose(path: Path) -> yaml.MappingNode:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is not YAML: {_where(error)}.") from None
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text ({error.reason} at byte {error.start})"
        raise UsageError(f"{path} is not YAML: {reason}.") from None
    if root is None:
        return yaml.MappingNode(_MAP_TAG, [])
    if not isinstance(root, yaml.MappingNode):
        raise UsageError(f"{path} must be a mapping with the key `config`.")
    return root


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def _secure_values(node: yaml.Node, steps: Steps) -> Iterator[tuple[Steps, yaml.ScalarNode]]:
    """Every `{secure: …}` at any depth. Pulumi treats a mapping with this single key as a secret."""
    if isinstance(node, yaml.MappingNode):
        secured = _child(node, "secure") if len(node.value) == 1 else None
        if isinstance(secured, yaml.ScalarNode):
            yield steps, secured
            return
        for key, value in node.value:
            yield from _secure_values(value, (*steps, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _secure_values(item, (*steps, index))


def _path_steps(text: str) -> list[str | int]:
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PATH_STEP.match(text, position)
        if found is None:
            return []
        steps.append(int(found["index"]) if found["index"] is not None else found["name"] or found["quoted"])
        position = found.end()
    return steps


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL_TAG


def _child(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _remove(node: yaml.MappingNode, key: str) -> None:
    node.value = [(name, value) for name, value in node.value if name.value != key]


def _put(node: yaml.MappingNode, key: str, value: yaml.Node) -> None:
    """Replaces the value in place, so that the author's order is kept."""
    for index, (name, _) in enumerate(node.value):
        if name.value == key:
            node.value[index] = (name, value)
            return
    node.value.append((yaml.ScalarNode(_STRING_TAG, key), value))


def _set(node: yaml.Node, steps: Steps, value: yaml.Node, path: Path) -> None:
    """Sets the value at a path; creates mappings and lists on the way, like `pulumi config set --path`."""
    step, rest = steps[0], steps[1:]
    fresh = yaml.SequenceNode(_LIST_TAG, []) if rest and isinstance(rest[0], int) else yaml.MappingNode(_MAP_TAG, [])
    if isinstance(step, str) and isinstance(node, yaml.MappingNode):
        below = _child(node, step)
        if not rest:
            _put(node, step, value)
            return
        if below is None or _is_null(below):
            _put(node, step, below := fresh)
    elif isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step <= len(node.value):
        if step == len(node.value):
            node.value.append(fresh if rest else value)
        if not rest:
            node.value[step] = value
            return
        below = node.value[step]
    else:
        kinds = {yaml.MappingNode: "a mapping", yaml.SequenceNode: f"a list of {len(node.value)}"}
        found = kinds.get(type(node), "a value")
        raise UsageError(f"--config: {step!r} cannot be set in {path.name}, because its parent is {found}.")
    _set(below, rest, value, path)
