"""A Markdown summary of a planned change, for a comment on a pull request.

Replacements and deletions come first and in bold; then cost and time; then all changes by component. Names and paths
are untrusted text: they are escaped, so that they cannot break the layout or mention users.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from azure_rehearsal.engine.events import Step
from azure_rehearsal.engine.run import UNCHANGED, Run
from azure_rehearsal.reports import formatting
from azure_rehearsal.reports.change import Change, Forecast
from azure_rehearsal.reports.cost import CostChange
from azure_rehearsal.reports.coverage import coverage_line
from azure_rehearsal.reports.failures import Failure, failures_of
from azure_rehearsal.reports.markdown_page import Page, clipped, code, prose
from azure_rehearsal.reports.recording_graph import PROVIDER, Graph, operation
from azure_rehearsal.reports.report import REHEARSAL_NOTICE

COMMENT_LIMIT: Final = 65_000
"""Characters in a comment. GitHub refuses more than 65,536; a pipeline may add a mark that identifies its comment."""

MIN_STACK_LENGTH: Final = 4_000
"""Characters that each stack needs for its heading, its sums and its first replacements and deletions."""

MAX_LINE_LENGTH: Final = 600
"""Characters. One resource can change in hundreds of places."""

_LOSING: Final = ("replace", "delete")
_ORDER: Final = (*_LOSING, "create", "update", "import")
_PAST: Final = {op: f"{op.removesuffix('e')}ed" for op in _ORDER}
_MORE_COMPONENTS_ROOM: Final = 80
_DETAIL_FRAMES_ROOM: Final = 300


@dataclass(frozen=True)
class _Entry:
    """One changed resource."""

    op: str
    urn: str
    type: str
    name: str
    component: str
    changed: tuple[str, ...]
    replaces: tuple[str, ...]


def summary(changes: Sequence[Change], limit: int = COMMENT_LIMIT) -> str:
    """The summary of one or several previews, in deployment order; at most `limit` characters.

    Raises `ValueError` if a stack would get less than `MIN_STACK_LENGTH`.
    """
    foot = f"<sub>{REHEARSAL_NOTICE}</sub>\n"
    room = (limit - len(foot)) // max(1, len(changes))
    if room < MIN_STACK_LENGTH:
        raise ValueError(f"{limit} characters are too few for {len(changes)} stacks: each needs {MIN_STACK_LENGTH}")
    return "".join(_stack(change, room) for change in changes) + foot


def _stack(change: Change, room: int) -> str:
    page, run, forecast = Page(room), change.run, change.forecast
    entries = _entries(change)
    page.add(f"## {'Planned' if run.ok else 'Refused'} change of {code(run.stack)}", "")
    page.listing([_failure(failure) for failure in failures_of(run)], room // 4)
    page.add(_counts(entries, run), "")
    page.listing([_line(entry) for entry in entries if entry.op in _LOSING], page.left // 2)
    page.add(*_sums(forecast))
    if line := coverage_line([run]):
        page.add(prose(line), "")
    details = {"Cost of the changes": _money(forecast), "Critical path": _time(forecast)}
    wanted = sum(len(line) + 1 for lines in details.values() for line in lines) + _DETAIL_FRAMES_ROOM
    _components(page, entries, page.left - min(wanted, page.left // 4))
    for title, lines in details.items():
        if lines and not page.section("", title, lines, page.left):
            page.add(f"{title}: {len(lines):,} lines omitted.", "")
    return page.text


def _components(page: Page, entries: Sequence[_Entry], room: int) -> None:
    """All changes by component, in at most `room` characters. Counts the omitted ones."""
    groups: dict[str, list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.component, []).append(entry)
    end, shown = page.left - room, 0
    for index, (component, members) in enumerate(sorted(groups.items())):
        lines = [_line(entry) for entry in members]
        if not page.section(component, _tally(members), lines, page.left - end - _MORE_COMPONENTS_ROOM):
            page.add(f"…and {len(entries) - shown:,} more in {len(groups) - index:,} components.", "")
            return
        shown += len(members)


def _entries(change: Change) -> list[_Entry]:
    """One entry for each changed resource; replacements and deletions first."""
    graph = Graph(change.forecast.after if change.forecast else ())
    steps: dict[str, list[Step]] = {}
    for step in change.run.steps:
        if step.op not in UNCHANGED and not _is_default_provider(step):
            steps.setdefault(step.urn, []).append(step)
    entries = [
        _Entry(
            op=_operation(mine),
            urn=urn,
            type=mine[0].type,
            name=mine[0].name,
            component=_component(graph, urn),
            changed=tuple(sorted({path for step in mine for path in step.changed})),
            replaces=tuple(sorted({path for step in mine for path in step.replaces})),
        )
        for urn, mine in steps.items()
    ]
    return sorted(entries, key=lambda entry: (_ORDER.index(entry.op) if entry.op in _ORDER else len(_ORDER), entry.urn))


def _is_default_provider(step: Step) -> bool:
    """Whether the engine created the provider for itself. Its summary does not count these."""
    return step.type.startswith(PROVIDER) and step.name.startswith("default")


def _operation(steps: Sequence[Step]) -> str:
    """The operation of several steps; the engine's own term if it changes nothing in Azure."""
    op = operation([step.op for step in steps])
    return steps[0].op if op == "same" else op


def _component(graph: Graph, urn: str) -> str:
    """The component's name; its type from the URN if the recording does not have the name."""
    resource = graph.by_urn.get(urn)
    if resource is not None and (component := graph.component_of(resource)):
        return component.name
    above = urn.split("::")[2].split("$")[:-1]
    return above[-1].rsplit(":", 1)[-1] if above else "the stack itself"


def _failure(failure: Failure) -> str:
    what = code(clipped(failure.name, MAX_LINE_LENGTH)) if failure.name else "the deployment"
    text = f"- **{what} is refused**: {prose(clipped(failure.message, MAX_LINE_LENGTH))}"
    if failure.meaning:
        text += f" Meaning: {prose(clipped(failure.meaning, MAX_LINE_LENGTH))}."
    return text + (
        f" What to do: {prose(clipped(failure.remediation, MAX_LINE_LENGTH))}" if failure.remediation else ""
    )


def _counts(entries: Sequence[_Entry], run: Run) -> str:
    if not entries:
        return "Nothing changes." if run.ok else "It was refused before the plan."
    unchanged = run.operations.get("same", 0)
    return f"{_tally(entries, bold=True)}{f', {unchanged:,} unchanged' if unchanged else ''}."


def _tally(entries: Sequence[_Entry], bold: bool = False) -> str:
    counted = Counter(entry.op for entry in entries)
    texts = {op: f"{count:,} {_PAST.get(op, op)}" for op, count in counted.items()}
    return ", ".join(f"**{text}**" if bold and op in _LOSING else text for op, text in texts.items())


def _line(entry: _Entry) -> str:
    what = f"{entry.op} {code(clipped(entry.name, MAX_LINE_LENGTH // 2))}"
    text = f"- {f'**{what}**' if entry.op in _LOSING else what} ({code(entry.type)})"
    if entry.replaces:
        return text + _paths(", forced by", entry.replaces)
    return text + (_paths(":", entry.changed) if entry.op == "update" else "")


def _paths(label: str, paths: Sequence[str]) -> str:
    """The property paths that fit into a line, at least one, and the number of omitted ones."""
    marks: list[str] = []
    for path in paths:
        mark = code(clipped(path, MAX_LINE_LENGTH // 2))
        if marks and sum(map(len, marks)) + len(mark) > MAX_LINE_LENGTH:
            break
        marks.append(mark)
    more = f" …and {len(paths) - len(marks):,} more" if len(paths) > len(marks) else ""
    return f"{label} {', '.join(marks)}{more}" if marks else ""


def _sums(forecast: Forecast | None) -> list[str]:
    if forecast is None:
        return []
    cost_change, not_priced = forecast.cost_change, len(forecast.cost_after.not_priced)
    changed = formatting.change(cost_change.monthly) if cost_change.changes else "no change"
    lines = [
        f"- **Cost**: {formatting.dollars(cost_change.after)} a month, {changed} (list prices, minimum to maximum)"
    ]
    if not_priced:
        lines.append(f"- **Without a price**, not in the cost: {not_priced:,} resource{'s' * (not_priced > 1)}")
    if forecast.wall_time.minutes:
        lines.append(f"- **Expected time on Azure**: {formatting.minutes(forecast.wall_time.minutes)}")
    return [*lines, ""]


def _money(forecast: Forecast | None) -> list[str]:
    if forecast is None:
        return []
    changes = [f"- {code(item.name)}: {_old_and_new(item)} a month" for item in forecast.cost_change.changes]
    unknown = forecast.cost_change.newly_not_priced
    return [*changes, *(f"- {code(item.name)} has no price: {prose(item.reason)}" for item in unknown)]


def _old_and_new(item: CostChange) -> str:
    if item.before is None or item.after is None:
        return formatting.change(item.monthly)
    return f"{formatting.dollars(item.before)} → {formatting.dollars(item.after)}"


def _time(forecast: Forecast | None) -> list[str]:
    path = [item for stack in forecast.wall_time.stacks for item in stack.path] if forecast else []
    return [f"- {item.op} {code(item.name)}: {formatting.minutes(item.minutes)}" for item in path]
