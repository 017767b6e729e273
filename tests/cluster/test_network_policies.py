"""The network policies in staging's cluster admit exactly the flows that `model.flows` documents.

Every pair of endpoints is checked, pods and external addresses (`flow_endpoints.py`); the open flows are the table of
staging in docs/flows.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pytest

from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from model.flow import Flow
from model.flows import flows
from model.kubernetes import NAMESPACES
from model.policy_endpoints import Outside, Pods
from settings.loader import load_stack_file
from tests.cluster.conftest import Deployed
from tests.cluster.flow_check import Policy, Question, admission, live_policies, questions
from tests.cluster.flow_endpoints import OURS, Endpoint, all_endpoints
from tests.cluster.flow_table import table
from tests.cluster.pages import Pages
from tests.unit.stacks import PROJECT
from tools import flows_page
from tools.generated_files import write_or_check

pytestmark = pytest.mark.cluster

REDUNDANT: Final[Mapping[tuple[str, str], str]] = {
    ("NetworkPolicy voice-system/gateway-proxies without ingress", "'app.kubernetes.io/name': 'voice-agent'"): (
        "the gateway admits anyone; the table has the flow because the agent's own policy must allow it"
    ),
}
"""Rules that no documented flow needs, by two parts of their description, with the reason."""


@dataclass(frozen=True)
class Findings:
    """Staging's policies and all possible connections."""

    cluster: RunningCluster
    ends: list[Endpoint]
    flows: tuple[Flow, ...]
    policies: list[Policy]
    questions: list[Question]

    @cached_property
    def open(self) -> list[Question]:
        """The connections that the policies admit."""
        all = admission(self.policies)
        return [question for question in self.questions if question.is_open(all)]


@pytest.fixture(scope="module")
def findings(staging: Deployed) -> Findings:
    cluster = staging.cluster
    documented = flows(load_stack_file(PROJECT / "Pulumi.staging.yaml"))
    ends = all_endpoints(cluster, staging.world.cloud, documented)
    return Findings(cluster, ends, documented, live_policies(cluster), questions(ends, documented))


def test_every_endpoint_of_a_flow_is_checked(findings: Findings) -> None:
    """Flows between endpoints other than our pods are not subject to policies."""
    checked = {id(flow) for question in findings.questions for flow in question.flows}
    missing = [
        f"{flow.source} -> {flow.target}"
        for flow in findings.flows
        if id(flow) not in checked
        and any(isinstance(end, Pods) and end.namespace in OURS for end in (flow.source, flow.target))
    ]
    assert missing == []
    known = {outside for end in findings.ends for outside in end.outside}
    assert known == set(Outside) - {Outside.ANYONE}


@pytest.mark.requirement("A7", "A33", "B7")
def test_exactly_the_documented_flows_are_open(findings: Findings) -> None:
    found = {id(question) for question in findings.open}
    wrong = [
        f"{question} is {'open' if id(question) in found else 'closed'}"
        for question in findings.questions
        if (id(question) in found) != bool(question.flows)
    ]
    assert wrong == []


def test_every_policy_and_rule_opens_a_documented_flow(findings: Findings) -> None:
    """So the test above detects a missing policy."""
    allowing = [policy for policy in findings.policies if not policy.is_denial]
    assert {policy.namespace for policy in allowing} == {namespace.name for namespace in NAMESPACES}
    documented = [question for question in findings.questions if question.flows]
    unnoticed = []
    for policy in allowing:
        others = [other for other in findings.policies if other is not policy]
        concerned = [question for question in documented if question.concerns(policy.namespace)]
        changed = [
            (str(policy), others),
            *((words, [*others, rest]) for words, rest in policy.without_each_rule()),
        ]
        for words, rest in changed:
            admitted = admission(rest)
            if all(question.is_open(admitted) for question in concerned):
                unnoticed.append(words)
    assert [words for words in unnoticed if not any(_is_named(words, parts) for parts in REDUNDANT)] == []
    assert [parts for parts in REDUNDANT if not any(_is_named(words, parts) for words in unnoticed)] == []


def test_every_denial_closes_an_undocumented_flow(findings: Findings) -> None:
    denials = [policy for policy in findings.policies if policy.is_denial]
    assert {policy.namespace for policy in denials} == {namespace.name for namespace in NAMESPACES}
    undocumented = [question for question in findings.questions if not question.flows]
    for denial in denials:
        admitted = admission(other for other in findings.policies if other is not denial)
        concerned = (question for question in undocumented if question.concerns(denial.namespace))
        assert any(question.is_open(admitted) for question in concerned), f"{denial} denies nothing"


def test_the_page_of_flows_matches_staging(findings: Findings, pages: Pages) -> None:
    found = table(findings.ends, findings.open, findings.flows)
    pages.verify(flows_page.STAGING, found, lambda: write_or_check("flows", flows_page.texts(), check=False), "flows")


def _is_named(words: str, parts: tuple[str, str]) -> bool:
    return all(part in words for part in parts)
