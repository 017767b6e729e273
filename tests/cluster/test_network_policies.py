"""The network policies that staging's cluster has: open is what `settings` documents, no more and no less.

Everybody is asked who may be one end of a connection, pods and addresses outside (`flow_ends.py`); what is open becomes
the table of staging in docs/flows.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pytest

from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from settings.flows import Flow
from settings.kubernetes import NAMESPACES
from settings.loader import load_stack_file
from settings.peers import Outside, Pods
from settings.stack_flows import flows
from tests.cluster.conftest import Deployed
from tests.cluster.flow_check import Policy, Question, admission, live_policies, questions
from tests.cluster.flow_endpoints import OURS, End, every_end
from tests.cluster.flow_table import table
from tests.cluster.pages import Pages
from tests.unit.stacks import PROJECT
from tools import flows_page

pytestmark = pytest.mark.cluster

REDUNDANT: Final[Mapping[tuple[str, str], str]] = {
    ("NetworkPolicy voice-system/gateway-proxies without ingress", "'app.kubernetes.io/name': 'voice-agent'"): (
        "anyone may come in there; the flow is in the table for the agent's own policy, which must let it out"
    ),
}
"""Rules without which nothing documented is closed, by two parts of their words, each with the reason why it is so."""


@dataclass(frozen=True)
class Findings:
    """Staging's policies and all that can be asked of them."""

    cluster: RunningCluster
    ends: list[End]
    flows: tuple[Flow, ...]
    policies: list[Policy]
    questions: list[Question]

    @cached_property
    def open(self) -> list[Question]:
        """What the policies admit."""
        all = admission(self.policies)
        return [question for question in self.questions if question.is_open(all)]


@pytest.fixture(scope="module")
def staging_flows(staging: Deployed) -> Findings:
    cluster = staging.cluster
    documented = flows(load_stack_file(PROJECT / "Pulumi.staging.yaml"))
    ends = every_end(cluster, staging.world.cloud, documented)
    return Findings(cluster, ends, documented, live_policies(cluster), questions(ends, documented))


def test_every_end_that_a_flow_names_is_asked(staging_flows: Findings) -> None:
    """Those between others than our pods are no matter of policies."""
    asked = {id(flow) for question in staging_flows.questions for flow in question.flows}
    missing = [
        f"{flow.source} -> {flow.target}"
        for flow in staging_flows.flows
        if id(flow) not in asked
        and any(isinstance(end, Pods) and end.namespace in OURS for end in (flow.source, flow.target))
    ]
    assert missing == []
    known = {outside for end in staging_flows.ends for outside in end.outside}
    assert known == set(Outside) - {Outside.ANYONE}


@pytest.mark.requirement("A7", "A33", "B7")
def test_exactly_the_documented_flows_are_open(staging_flows: Findings) -> None:
    found = {id(question) for question in staging_flows.open}
    wrong = [
        f"{question} is {'open' if id(question) in found else 'closed'}"
        for question in staging_flows.questions
        if (id(question) in found) != bool(question.flows)
    ]
    assert wrong == []


def test_without_any_policy_or_any_rule_of_one_a_documented_flow_is_closed(staging_flows: Findings) -> None:
    """So a policy that goes is noticed by the test above."""
    allowing = [policy for policy in staging_flows.policies if not policy.is_denial]
    assert {policy.namespace for policy in allowing} == {namespace.name for namespace in NAMESPACES}
    documented = [question for question in staging_flows.questions if question.flows]
    unnoticed = []
    for policy in allowing:
        others = [other for other in staging_flows.policies if other is not policy]
        concerned = [question for question in documented if question.concerns(policy.namespace)]
        changed = [(str(policy), others), *((words, [*others, left]) for words, left in policy.without_each_rule())]
        for words, left in changed:
            admitted = admission(left)
            if all(question.is_open(admitted) for question in concerned):
                unnoticed.append(words)
    assert [words for words in unnoticed if not any(_is_named(words, parts) for parts in REDUNDANT)] == []
    assert [parts for parts in REDUNDANT if not any(_is_named(words, parts) for words in unnoticed)] == []


def test_without_a_denial_an_undocumented_flow_is_open(staging_flows: Findings) -> None:
    denials = [policy for policy in staging_flows.policies if policy.is_denial]
    assert {policy.namespace for policy in denials} == {namespace.name for namespace in NAMESPACES}
    undocumented = [question for question in staging_flows.questions if not question.flows]
    for denial in denials:
        admitted = admission(other for other in staging_flows.policies if other is not denial)
        concerned = (question for question in undocumented if question.concerns(denial.namespace))
        assert any(question.is_open(admitted) for question in concerned), f"{denial} denies nothing"


def test_the_page_of_flows_tells_what_is_open_in_staging(staging_flows: Findings, pages: Pages) -> None:
    found = table(staging_flows.ends, staging_flows.open, staging_flows.flows)
    pages.keep(flows_page.STAGING, found, lambda: flows_page.main([]), "flows")


def _is_named(words: str, parts: tuple[str, str]) -> bool:
    return all(part in words for part in parts)
