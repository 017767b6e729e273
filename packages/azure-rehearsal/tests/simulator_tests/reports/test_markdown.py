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
from azure_rehearsal.reports.markdown import COMMENT_LIMIT, MIN_STACK_LENGTH, summary
from azure_rehearsal.reports.markdown_page import Page, code, prose
from simulator_tests.reports.recordings import component, entry

KIND = "azure-native:network:PrivateEndpoint"


def step(
    name: str, op: str, changed: tuple[str, ...] = (), replaces: tuple[str, ...] = (), owner: str = "Network"
) -> Step:
    urn = f"urn:pulumi:test::shop::shop:index:{owner}${KIND}::{name}"
    return Step(op, urn, KIND, name, changed, replaces)


def change(*steps: Step, stack: str = "test", forecast: Forecast | None = None, **more: Any) -> Change:
    return Change(Run(stack, ("preview",), more.pop("exit_code", 0), 1.0, steps=steps, **more), forecast)


def summary_of(*steps: Step, **more: Any) -> str:
    return summary([change(*steps, **more)])


def test_replacements_and_deletions_come_first_in_bold_with_their_cause() -> None:
    replaced = [step("subnet", op, ("addressPrefix",), ("addressPrefix",)) for op in ("create-replacement", "replace")]
    text = summary_of(step("fresh", "create"), *replaced, step("old", "delete"), step("edited", "update", ("tags",)))
    lines = text.splitlines()
    assert lines[2] == "**1 replaced**, **1 deleted**, 1 created, 1 updated."
    assert lines[4] == f"- **replace `subnet`** (`{KIND}`), forced by `addressPrefix`"
    assert lines[5] == f"- **delete `old`** (`{KIND}`)"
    assert f"- update `edited` (`{KIND}`): `tags`" in lines
    assert lines.index(f"- create `fresh` (`{KIND}`)") > 5


def test_changes_are_grouped_by_component_and_long_groups_are_collapsed() -> None:
    few = [step(f"few {index}", "create") for index in range(3)]
    many = [step(f"many {index}", "create", owner="KeyVault") for index in range(20)]
    text = summary_of(*few, *many)
    assert "`Network` 3 created" in text
    assert "<details>\n<summary><code>KeyVault</code> 20 created</summary>" in text
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_component_has_its_name_from_the_recording() -> None:
    net = component("shop-eastus-network")
    endpoint = entry("e", "network:PrivateEndpoint", parent=net["urn"])
    after = [net, endpoint]
    forecast = Forecast(after, monthly_cost([]), monthly_cost(after), wall_time(after))
    text = summary([change(Step("create", endpoint["urn"], KIND, "e"), forecast=forecast)])
    assert "`shop-eastus-network` 1 created" in text
    assert "- **Cost**: $7.30 a month, +$7.30" in text
    assert "- **Expected time on Azure**: about 2 min (1 min to 2 min)" in text


def test_resources_without_a_price_are_listed() -> None:
    after = [entry("machine", "compute:VirtualMachine")]
    forecast = Forecast(after, monthly_cost([]), monthly_cost(after), wall_time(after))
    text = summary([change(step("machine", "create"), forecast=forecast)])
    assert "- **Without a price**, not in the cost: 1 resource\n" in text
    assert "- `machine` has no price: the price table does not have this type" in text


def test_a_plan_without_changes_says_so() -> None:
    text = summary_of(step("a", "same"), operations={"same": 1})
    assert "Nothing changes." in text
    assert KIND not in text


def test_a_refused_change_has_the_reason_and_the_remediation_and_no_cost() -> None:
    message = "InvalidSubnet: `10.0.0.0/8` is too large. What to do: choose a smaller one"
    diagnostic = Diagnostic("error", step("subnet", "create").urn, message)
    text = summary_of(exit_code=255, diagnostics=(diagnostic,))
    assert "## Refused change of `test`" in text
    assert (
        "- **`subnet` is refused**: InvalidSubnet: \\`10.0.0.0/8\\` is too large. What to do: choose a smaller" in text
    )
    assert "Cost" not in text


def test_stacks_are_in_order_and_the_text_has_the_rehearsal_notice() -> None:
    text = summary([change(stack="prod"), change(stack="prod-westeurope")])
    assert re.findall(r"## Planned change of `(.*)`", text) == ["prod", "prod-westeurope"]
    assert text.count("This was a rehearsal") == 1


def _listed(text: str) -> int:
    """The number of resources that a summary lists or counts as omitted."""
    lines = text.splitlines()
    remainders = [
        re.search(r"…and ([\d,]+) more(?! `|$)?", line) for line in lines if line.startswith(("- …and", "…and"))
    ]
    return sum(line.startswith("- create `") for line in lines) + sum(
        int(found[1].replace(",", "")) for found in remainders if found
    )


def test_a_huge_change_respects_the_limit_and_counts_the_omitted_resources() -> None:
    steps = [step(f"resource {number} {'x' * 80}", "create", owner=f"Part{number % 7}") for number in range(5000)]
    text = summary_of(*steps)
    assert len(text) <= COMMENT_LIMIT
    assert len(text) > COMMENT_LIMIT * 0.8
    assert "5,000 created" in text
    assert _listed(text) == 5000


def test_many_deletions_leave_space_for_other_changes() -> None:
    steps = [step(f"lost {number} {'x' * 200}", "delete") for number in range(2000)]
    text = summary_of(*steps, step("new", "create", owner="Another"))
    assert len(text) <= COMMENT_LIMIT
    assert "…and" in text
    assert "- create `new`" in text


def test_omitted_paths_are_counted() -> None:
    paths = tuple(f"securityRules[{number}].destinationPortRange" for number in range(300))
    (line,) = [line for line in summary_of(step("nsg", "update", paths)).splitlines() if line.startswith("- update")]
    shown = line.count("securityRules[")
    assert f"…and {300 - shown} more" in line
    assert len(line) < 1000


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=400)


@given(
    st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["create", "update", "delete", "replace", "same"])), max_size=60)
)
def test_no_summary_exceeds_its_limit_and_every_collapsed_part_is_closed(items: list[tuple[str, str, str]]) -> None:
    steps = [step(f"{number}{name}", op, (path,)) for number, (name, path, op) in enumerate(items)]
    text = summary([change(*steps)], MIN_STACK_LENGTH + 500)
    assert len(text) <= MIN_STACK_LENGTH + 500
    assert text.count("\n<details>\n") == text.count("\n</details>\n")


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.integers(40, 400))
def test_a_list_respects_its_limit_and_counts_the_omitted_lines(lengths: list[int], room: int) -> None:
    page = Page(1000)
    page.listing([f"- {'x' * length}" for length in lengths], room)
    assert len(page.text) <= room
    lines = page.text.splitlines()
    more = re.search(r"- …and (\d+) more", page.text)
    assert sum(line.startswith("- ") and "…" not in line for line in lines) + int(more[1] if more else 0) == len(
        lengths
    )


def test_a_limit_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="each needs 4000"):
        summary([change(), change()], MIN_STACK_LENGTH)


@pytest.mark.parametrize("text", ["plain", "with `one`", "``", "a``b`c", "`", "", "line\nbreak"])
def test_inline_code_is_escaped(text: str) -> None:
    marked = code(text)
    fence = re.match(r"`+", marked)
    assert fence is not None
    inner = marked[len(fence[0]) : -len(fence[0])]
    assert re.search(rf"(?<!`)`{{{len(fence[0])}}}(?!`)", inner) is None
    assert inner.strip() == " ".join(text.split())
    assert "\n" not in marked


def test_prose_has_no_mentions_and_no_markup() -> None:
    assert prose("@team <b>*now*</b>\n# x") == "&commat;team &lt;b&gt;\\*now\\*&lt;/b&gt; \\# x"
