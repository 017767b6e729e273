"""Fault injection: the matched writes, the moment of the fault, and the engine's reaction."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from azure_rehearsal.chaos.fault_codes import CODES, STATUSES, Moment, fault_code
from azure_rehearsal.chaos.faults import (
    Fault,
    FaultInjector,
    FaultRule,
    Faults,
    KillRule,
    Operation,
    RandomRule,
    TargetedRule,
    Write,
)
from azure_rehearsal.cli.commands import Wiring, application
from azure_rehearsal.cli.fault_options import FaultOptions
from azure_rehearsal.engine.engine import Rehearsal
from azure_rehearsal.engine.pulumi_cli import PulumiCli
from azure_rehearsal.errors import UsageError
from azure_rehearsal.protocol.provider import CreatedButFailed, Refused, Resource
from azure_rehearsal.reports.failures import failures_of
from simulator_tests.fake_backends import RandomBackends, ServiceBackends, ServiceProvider

ROOT = Path(__file__).parents[2]
INPUTS = {"byteLength": 4}


def resource(name: str, type: str = "random:index/randomId:RandomId") -> Resource:
    return Resource(f"urn:pulumi:staging::tiny::{type}::{name}", type, name)


def write(name: str, type: str = "azure-native:network:Subnet", operation: Operation = Operation.CREATE) -> Write:
    return Write(operation, resource(name, type).urn, type, name)


class Service:
    """A service with injected faults."""

    def __init__(self, directory: Path, *rules: FaultRule) -> None:
        self.backends = ServiceBackends(directory)
        self.faults = Faults(rules)
        self.provider = FaultInjector(ServiceProvider(self.backends), self.faults)

    def create(self, name: str) -> tuple[str, dict[str, Any]]:
        return self.provider.create(resource(name), INPUTS, preview=False)

    def update(self, name: str, length: int) -> dict[str, Any]:
        id = f"{resource(name).type}/{name}"
        return self.provider.update(resource(name), id, INPUTS, INPUTS, {"byteLength": length}, preview=False)

    def has(self, name: str) -> bool:
        return f"{resource(name).type}/{name}" in self.backends.resources


@pytest.mark.parametrize(
    ("text", "matching", "other"),
    [
        ("network:Subnet:*web*:QuotaExceeded", write("subnet-web-1"), write("subnet-api")),
        ("azure-native:network:Subnet:*:429", write("any"), write("any", "azure-native:network:NatGateway")),
        ("*:Subnet:*:503", write("any"), write("any", "kubernetes:core/v1:Namespace")),
        (
            "kubernetes:*:chart?ns/edge:Forbidden",
            write("chart:ns/edge", "kubernetes:apps/v1:Deployment"),
            write("edge"),
        ),
    ],
)
def test_a_rule_matches_by_type_and_name_and_once(text: str, matching: Write, other: Write) -> None:
    rule = TargetedRule.parsed(text)
    assert rule.match(other) is None
    assert rule.match(matching) is not None
    assert rule.match(matching) is None


def test_a_rule_matches_as_often_as_it_states() -> None:
    rule = TargetedRule.parsed("*:*:*:TooManyRequests*3")
    assert [rule.match(write("a")) is not None for _ in range(5)] == [True, True, True, False, False]


@pytest.mark.parametrize(
    "text", ["", "Subnet", "Subnet:429", "network:Subnet:x:", "a:b:c:429*", "a:b:c:429*0", "a:b:c:4"]
)
def test_an_invalid_fault_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"Example|Expected: a code of Azure or Kubernetes"):
        TargetedRule.parsed(text)


def test_every_code_names_the_resource_and_has_a_remediation() -> None:
    for entry in CODES:
        refusal = entry.refusal("create", "network:Subnet", "subnet-web")
        assert "subnet-web" in refusal.message
        assert refusal.remediation
    for status, code in STATUSES.items():
        assert fault_code(status).code == code
    assert fault_code("ZonalAllocationFailed").refusal("create", "t", "n").code == "ZonalAllocationFailed"


@pytest.mark.parametrize(
    ("type", "namespace"),
    [
        ("azure-native:monitor:DiagnosticSetting", "microsoft.insights"),
        ("azure-native:redisenterprise:RedisEnterprise", "Microsoft.Cache"),
    ],
)
def test_a_missing_registration_names_the_provider_of_the_type(type: str, namespace: str) -> None:
    refusal = fault_code("MissingSubscriptionRegistration").refusal("create", type, "a")
    assert f"'{namespace}'" in refusal.message
    assert f"`az provider register --namespace {namespace} --wait`" in refusal.remediation


def test_a_write_that_fails_before_its_effect_changes_nothing_and_succeeds_the_next_time(
    tmp_path: Path,
) -> None:
    service = Service(tmp_path, TargetedRule.parsed("random:*:a:TooManyRequests"))
    with pytest.raises(Refused, match="run the command again"):
        service.create("a")
    assert not service.has("a")
    service.create("b")
    service.create("a")
    assert service.has("a")
    assert service.has("b")


def test_a_lost_response_keeps_the_resource_and_explains_the_import(tmp_path: Path) -> None:
    service = Service(tmp_path, TargetedRule.parsed("*:*:a:ConnectionReset"))
    with pytest.raises(Refused, match="pulumi import") as caught:
        service.create("a")
    assert not isinstance(caught.value, CreatedButFailed)
    assert service.has("a")


def test_a_failure_after_the_creation_is_known_to_the_engine(tmp_path: Path) -> None:
    service = Service(tmp_path, TargetedRule.parsed("*:*:a:ProvisioningFailed*2"))
    with pytest.raises(CreatedButFailed) as created:
        service.create("a")
    with pytest.raises(CreatedButFailed) as updated:
        service.update("a", 8)
    assert created.value.id == updated.value.id == "random:index/randomId:RandomId/a"
    assert (created.value.outputs["byteLength"], updated.value.outputs["byteLength"]) == (4, 8)


def test_previews_and_reads_have_no_faults(tmp_path: Path) -> None:
    service = Service(tmp_path, RandomRule(1, seed=1))
    id, _ = service.provider.create(resource("a"), INPUTS, preview=True)
    assert id == ""
    assert service.provider.read(resource("a"), "none", INPUTS, INPUTS) is None
    assert service.faults.writes == []


def test_random_faults_depend_on_the_seed_and_the_write_but_not_on_the_order() -> None:
    writes = [write(f"subnet-{number}") for number in range(400)]

    def matched(seed: int, order: list[Write]) -> dict[str, str]:
        rule = RandomRule(0.2, seed)
        faults = {item.name: rule.match(item) for item in order}
        return {name: str(fault) for name, fault in sorted(faults.items()) if fault}

    once = matched(7, writes)
    assert once == matched(7, writes[::-1])
    assert once != matched(8, writes)
    assert 40 < len(once) < 120
    rule = RandomRule(1, 7)
    assert {fault.moment for item in writes if (fault := rule.match(item))} == set(Moment)
    assert matched(7, []) == {}
    assert not any(RandomRule(0, 7).match(item) for item in writes)


def test_each_attempt_of_a_write_is_a_new_draw() -> None:
    rule = RandomRule(0.5, seed=3)
    assert len({rule.match(write("a")) is None for _ in range(20)}) == 2


@pytest.mark.parametrize(("moment", "done"), [(Moment.BEFORE, False), (Moment.AFTER, True)])
def test_the_engine_is_dead_before_the_write_that_kills_it_returns(tmp_path: Path, moment: Moment, done: bool) -> None:
    service = Service(tmp_path, KillRule(2, moment=moment))
    with subprocess.Popen(["sleep", "60"], text=True) as engine:
        service.faults.engine_started(engine)
        service.create("a")
        assert engine.poll() is None
        with pytest.raises(Refused):
            service.create("b")
        assert engine.poll() == -9
    assert service.has("a")
    assert service.has("b") == done


def test_without_a_moment_the_seed_decides_whether_the_write_takes_effect() -> None:
    sides = {KillRule(5, seed).fault.moment for seed in range(20)}
    assert sides == {Moment.BEFORE, Moment.AFTER}
    assert KillRule(5, 1).fault == KillRule(5, 1).fault


def test_writes_in_progress_of_a_killed_engine_are_awaited() -> None:
    faults, release, writes = Faults(), threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        writes.set()
        release.wait(10)
        done.append("written")

    thread = threading.Thread(target=lambda: faults.execute(write("a"), slow, lambda _: ("", {})))
    thread.start()
    writes.wait(10)
    threading.Timer(0.05, release.set).start()
    faults.wait_until_idle()
    assert done == ["written"]
    thread.join()


def test_a_rule_that_matched_no_write_is_reported() -> None:
    met, missed = TargetedRule.parsed("*:*:a:429"), TargetedRule.parsed("*:*:z:429")
    faults = Faults([met, missed])
    with pytest.raises(Refused):
        faults.execute(write("a"), lambda: None, lambda _: ("", {}))
    assert faults.unmatched == ["*:*:z:429"]


def test_a_drawn_seed_is_reported_so_that_the_run_can_be_repeated() -> None:
    first = FaultOptions(fail_rate=1.0).plan()
    with pytest.raises(Refused):
        first.execute(write("a"), lambda: None, lambda _: ("", {}))
    again = FaultOptions(fail_rate=1.0, seed=first.seed).plan()
    with pytest.raises(Refused):
        again.execute(write("a"), lambda: None, lambda _: ("", {}))
    assert f"--seed {first.seed} repeats it" in first.descriptions[0]
    assert first.descriptions == again.descriptions


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--fail", "nonsense"), "is not TYPE:NAME:ERROR"),
        (("--kill-after", "0"), "is not N, N:before or N:after"),
        (("--kill-after", "3:during"), "is not N, N:before or N:after"),
        (("--unreachable", "mars"), "unknown Azure location"),
    ],
)
def test_wrong_options_are_wrong_usage_and_change_nothing(tiny: Path, options: tuple[str, ...], reason: str) -> None:
    app = application(Wiring(open_backends=RandomBackends))
    result = CliRunner().invoke(app, ["up", "--project", str(tiny), *options])
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not (tiny / ".rehearsal").exists()


@pytest.mark.rehearsal
@pytest.mark.exhaustive
def test_a_deployment_with_a_failed_write_is_refused_with_the_remediation_and_succeeds_the_next_time(
    cli: PulumiCli, tiny: Path
) -> None:
    faults = Faults([TargetedRule.parsed("random:*:suffix:ProvisioningFailed")])
    with Rehearsal(tiny, "staging", tiny / "state", cli=cli, open_backends=ServiceBackends, faults=faults) as rehearsal:
        refused = rehearsal.up()
        (failure,) = failures_of(refused)
        assert failure.name == "suffix"
        assert "run it again: it updates the resource in place" in failure.remediation
        again = rehearsal.up()
        assert again.ok, again.text
        assert again.operations.get("update") == 1
        assert rehearsal.backends.contents() == {item["id"] for item in _own(rehearsal)}


def _own(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    return [item for item in rehearsal.export()["resources"] if item["type"].startswith("random:")]


@pytest.mark.rehearsal
@pytest.mark.exhaustive
@pytest.mark.usefixtures("cli")
def test_a_killed_deployment_explains_the_recovery_and_so_does_the_next_one(tiny: Path) -> None:
    command = [sys.executable, "-m", "simulator_tests.tiny_rehearsal", "up", "--project", str(tiny), "--json"]

    def typed(*options: str) -> dict[str, Any]:
        done = subprocess.run(
            [*command, *options], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
        )
        return {**json.loads(done.stdout), "code": done.returncode}

    killed = typed("--kill-after", "2:after")
    assert killed["code"] == 1
    assert "killed by signal 9" in killed["failures"][0]["message"]
    assert "pulumi import" in killed["failures"][0]["remediation"]
    assert "engine killed, after it took effect" in killed["notes"][0]
    locked = typed()
    assert locked["code"] == 2
    assert "-- cancel" in locked["problems"][0]
    assert "pulumi import" in locked["problems"][0]


def test_the_fault_that_kills_the_engine_has_no_code() -> None:
    assert str(Fault(Moment.BEFORE)) == "engine killed, before it took effect"
