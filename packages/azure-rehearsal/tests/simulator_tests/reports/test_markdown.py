"""The summary for a pull request."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_rehearsal.engine.events import Diagnostic, Step
from azure_rehearsal.engine.run import Run
from azure_rehearsal.reports.change import Change, Forecast
from azure_rehearsal.reports.cost import monthly_cost
from azure_rehearsal.reports.duration import wall_time
from azure_rehearsal.reports.markdown import GITHUB_LIMIT, MIN_STACK_LENGTH, summary
from azure_rehearsal.reports.markdown_page import Page, code, prose
from simulator_tests.reports.recordings import component, record

KIND = "azure-native:network:PrivateEndpoint"


def step(
    name: str, op: str, changed: tuple[str, ...] = (), replaces: tuple[str, ...] = (), owner: str = "Network"
) -> Step:
    urn = f"urn:pulumi:test::voice::voice:index:{owner}${KIND}::{name}"
    return Step(op, urn, KIND, name, changed, replaces)


def change(*steps: Step, stack: str = "test", forecast: Forecast | None = None, **more: Any) -> Change:
    return Change(Run(stack, ("preview",), more.pop("exit_code", 0), 1.0, steps=steps, **more), forecast)


def told(*steps: Step, **more: Any) -> str:
    return summary([change(*steps, **more)])


def test_what_is_lost_comes_first_and_in_bold_with_what_forces_it() -> None:
    replaced = [step("subnet", op, ("addressPrefix",), ("addressPrefix",)) for op in ("create-replacement", "replace")]
    text = told(step("fresh", "create"), *replaced, step("old", "delete"), step("edited", "update", ("tags",)))
    lines = text.splitlines()
    assert lines[2] == "**1 replaced**, **1 deleted**, 1 created, 1 updated."
    assert lines[4] == f"- **replace `subnet`** (`{KIND}`), forced by `addressPrefix`"
    assert lines[5] == f"- **delete `old`** (`{KIND}`)"
    assert f"- update `edited` (`{KIND}`): `tags`" in lines
    assert lines.index(f"- create `fresh` (`{KIND}`)") > 5


def test_changes_are_grouped_by_component_and_long_groups_are_folded() -> None:
    few = [step(f"few {index}", "create") for index in range(3)]
    many = [step(f"many {index}", "create", owner="KeyVault") for index in range(20)]
    text = told(*few, *many)
    assert "`Network` 3 created" in text
    assert "<details>\n<summary><code>KeyVault</code> 20 created</summary>" in text
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_component_is_named_where_the_recording_knows_it() -> None:
    net = component("voice-eastus-network")
    endpoint = record("e", "network:PrivateEndpoint", parent=net["urn"])
    after = [net, endpoint]
    forecast = Forecast(after, monthly_cost([]), monthly_cost(after), wall_time(after))
    text = summary([change(Step("create", endpoint["urn"], KIND, "e"), forecast=forecast)])
    assert "`voice-eastus-network` 1 created" in text
    assert "- **Cost**: $7.30 a month, +$7.30" in text
    assert "- **Expected time on Azure**: about 2 min (1 min to 2 min)" in text


def test_what_has_no_price_is_said() -> None:
    after = [record("machine", "compute:VirtualMachine")]
    forecast = Forecast(after, monthly_cost([]), monthly_cost(after), wall_time(after))
    text = summary([change(step("machine", "create"), forecast=forecast)])
    assert "- **Not priced**, and so not in the cost: 1 resource\n" in text
    assert "- `machine` is not priced: the table of prices does not know this type" in text


def test_no_change_is_said_in_words() -> None:
    text = told(step("a", "same"), operations={"same": 1})
    assert "Nothing changes." in text
    assert KIND not in text


def test_a_refused_change_says_why_and_what_to_do_and_nothing_of_money() -> None:
    message = "InvalidSubnet: `10.0.0.0/8` is too large. What to do: choose a smaller one"
    diagnostic = Diagnostic("error", step("subnet", "create").urn, message)
    text = told(exit_code=255, diagnostics=(diagnostic,))
    assert "## Refused change of `test`" in text
    assert (
        "- **`subnet` is refused**: InvalidSubnet: \\`10.0.0.0/8\\` is too large. What to do: choose a smaller" in text
    )
    assert "Cost" not in text


def test_stacks_come_in_order_and_the_text_says_that_it_was_a_rehearsal() -> None:
    text = summary([change(stack="prod"), change(stack="prod-westeurope")])
    assert re.findall(r"## Planned change of `(.*)`", text) == ["prod", "prod-westeurope"]
    assert text.count("This was a rehearsal") == 1


def _listed(text: str) -> int:
    """How many resources of the groups a summary lists, and counts in its remainders."""
    lines = text.splitlines()
    remainders = [
        re.search(r"…and ([\d,]+) more(?! `|$)?", line) for line in lines if line.startswith(("- …and", "…and"))
    ]
    return sum(line.startswith("- create `") for line in lines) + sum(
        int(found[1].replace(",", "")) for found in remainders if found
    )


def test_a_huge_change_keeps_within_the_limit_and_counts_what_it_leaves_out() -> None:
    steps = [step(f"resource {number} {'x' * 80}", "create", owner=f"Part{number % 7}") for number in range(5000)]
    text = told(*steps)
    assert len(text) <= GITHUB_LIMIT
    assert len(text) > GITHUB_LIMIT * 0.8
    assert "5,000 created" in text
    assert _listed(text) == 5000


def test_a_huge_number_of_losses_leaves_room_for_the_rest() -> None:
    steps = [step(f"lost {number} {'x' * 200}", "delete") for number in range(2000)]
    text = told(*steps, step("new", "create", owner="Another"))
    assert len(text) <= GITHUB_LIMIT
    assert "…and" in text
    assert "- create `new`" in text


def test_many_changed_paths_are_counted_not_dropped() -> None:
    paths = tuple(f"securityRules[{number}].destinationPortRange" for number in range(300))
    (line,) = [line for line in told(step("nsg", "update", paths)).splitlines() if line.startswith("- update")]
    shown = line.count("securityRules[")
    assert f"…and {300 - shown} more" in line
    assert len(line) < 1000


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400)


@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["create", "update", "delete", "replace", "same"])), max_size=60)
)
def test_no_summary_is_longer_than_its_limit_and_every_fold_is_closed(items: list[tuple[str, str, str]]) -> None:
    steps = [step(f"{number}{name}", op, (path,)) for number, (name, path, op) in enumerate(items)]
    text = summary([change(*steps)], MIN_STACK_LENGTH + 500)
    assert len(text) <= MIN_STACK_LENGTH + 500
    assert text.count("\n<details>\n") == text.count("\n</details>\n")


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(40, 400))
def test_a_list_keeps_within_its_room_and_counts_the_rest(lengths: list[int], room: int) -> None:
    page = Page(1000)
    page.listing([f"- {'x' * length}" for length in lengths], room)
    assert len(page.text) <= room
    lines = page.text.splitlines()
    more = re.search(r"- …and (\d+) more", page.text)
    assert sum(line.startswith("- ") and "…" not in line for line in lines) + int(more[1] if more else 0) == len(
        lengths
    )


def test_too_little_room_is_refused() -> None:
    with pytest.raises(ValueError, match="each needs 4000"):
        summary([change(), change()], MIN_STACK_LENGTH)


@pytest.mark.parametrize("text", ["plain", "with `one`", "``", "a``b`c", "`", "", "line\nbreak"])
def test_text_in_code_marks_cannot_leave_them(text: str) -> None:
    marked = code(text)
    fence = re.match(r"`+", marked)
    assert fence is not None
    inner = marked[len(fence[0]) : -len(fence[0])]
    assert re.search(rf"(?<!`)`{{{len(fence[0])}}}(?!`)", inner) is None
    assert inner.strip() == " ".join(text.split())
    assert "\n" not in marked


def test_prose_addresses_nobody_and_has_no_markup() -> None:
    assert prose("@team <b>*now*</b>\n# x") == "&commat;team &lt;b&gt;\\*now\\*&lt;/b&gt; \\# x"
