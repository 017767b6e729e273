"""The check of recordings accepts only the listed gaps in the data of a checker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.unit.voice_command import run
from tools.arm_check import EXCEPTIONS, Report, judge, load_exceptions, read_report
from tools.errors import UsageError

GAP = "warn: azure-native:dns:RecordSet zone record: : no ARM definition here for this type"
WRONG = "error: azure-native:network:Subnet net-aks: addressPrefix: expected a string, got 3"
WRONG_PROPERTY = "azure-native:network:Subnet addressPrefix"
COUNT = "2 azure-native resources checked: 1 errors, 1 warnings"


def test_a_missing_definition_is_identified_by_type_and_a_finding_by_property() -> None:
    report = read_report(f"{WRONG}\n{GAP}\n{COUNT}\n", status=1)
    assert [exception for exception, _ in report.findings] == [WRONG_PROPERTY, "azure-native:dns:RecordSet"]


def test_positions_in_lists_are_ignored() -> None:
    warning = "warn: azure-native:a:B name: flows[3].streams[0]: 'x' is none of ['y']"
    assert read_report(f"{warning}\n{COUNT}\n", status=1).findings == (("azure-native:a:B flows[].streams[]", warning),)


@pytest.mark.parametrize(
    ("output", "status"),
    [("", 0), ("Traceback …\n", 1), (f"{GAP}\n", 1), (f"{COUNT}\n", 2), (f"{COUNT}\n", 1)],
)
def test_a_checker_that_did_not_finish_is_an_error(output: str, status: int) -> None:
    with pytest.raises(UsageError):
        read_report(output, status)


def test_a_listed_finding_is_accepted() -> None:
    reports = {"staging.json": Report((("a:b:C", "line"),)), "prod.json": Report((("d:e:F x[].y", "line"),))}
    assert judge(reports, {"a:b:C": "why", "d:e:F x[].y": "why"}) == []


def test_an_unlisted_finding_is_refused() -> None:
    assert judge({"staging.json": Report((("a:b:C", GAP),))}, {}) == [f"staging.json: {GAP}"]


def test_another_property_of_a_listed_type_is_refused() -> None:
    reports = {"staging.json": Report((("a:b:C x", "one"), ("a:b:C y", "other")))}
    assert judge(reports, {"a:b:C x": "why"}) == ["staging.json: other"]


def test_an_unused_exception_is_refused() -> None:
    (problem,) = judge({"staging.json": Report(())}, {"a:b:C": "why"})
    assert problem.startswith("a:b:C is listed in arm_check_exceptions.txt, but no recording needs the exception")


def test_the_committed_list_has_a_reason_for_each_type() -> None:
    assert all(reason for reason in load_exceptions(EXCEPTIONS).values())


@pytest.mark.parametrize(
    ("text", "message"),
    [("a:b:C\n", "1: a:b:C has no reason"), ("# note\n\na:b:C # x\na:b:C # y\n", "4: a:b:C is listed twice")],
)
def test_a_faulty_list_is_refused_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(text)
    with pytest.raises(UsageError, match=message):
        load_exceptions(tmp_path / "list.txt")


CHECKER = """
import json, sys
resources = json.load(open(sys.argv[1]))
assert sys.argv[2] == "--strict"
for resource in resources:
    print(f"warn: {resource['type']} {resource['name']}: : no ARM definition here for this type")
print(f"{len(resources)} azure-native resources checked: 0 errors, {len(resources)} warnings")
sys.exit(1 if resources else 0)
"""


def test_the_command_runs_the_checker_on_every_recording(tmp_path: Path) -> None:
    checker, listed = tmp_path / "checker.py", tmp_path / "list.txt"
    empty, one = tmp_path / "empty.json", tmp_path / "one.json"
    checker.write_text(CHECKER)
    empty.write_text("[]")
    one.write_text('[{"type": "azure-native:dns:RecordSet", "name": "api"}]')
    listed.write_text("")
    command = ["arm-check", str(checker), str(empty), str(one), "--exceptions", str(listed)]
    code, text = run(*command)
    assert code == 1
    assert "azure-native:dns:RecordSet api: : no ARM definition" in text
    listed.write_text("azure-native:dns:RecordSet  # the checker's extract leaves it out\n")
    assert run(*command)[0] == 0
    one.write_text("[]")
    code, text = run(*command)
    assert code == 1
    assert "remove the line" in text


def test_a_missing_recording_is_wrong_usage(tmp_path: Path) -> None:
    code, text = run("arm-check", sys.executable, str(tmp_path / "none.json"))
    assert code == 2
    assert f"no such file: {tmp_path / 'none.json'}" in text
