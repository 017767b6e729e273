"""What checkov says of the charts: an object that breaks a rule says which one, and why, in an annotation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.charts.workloads import PROJECT, STACKS, WORKLOADS, objects, settings_of, values_of

pytestmark = pytest.mark.checkov

CHECKOV = PROJECT / ".venv-checkov" / "bin" / "checkov"
PREFIX = "checkov.io/"
NOT_ASKED = {
    "CKV2_K8S_6": "it looks for NetworkPolicies; those of the platform are Cilium's, and not of the charts",
}
"""Rules that no object could break by itself, and why."""

Object = dict[str, Any]
Finding = tuple[str, str]
"""A rule and the object that breaks it."""


def deployed_kinds() -> list[str]:
    """All that a chart can do, and what is deployed where images must be named by digest."""
    return ["full", *(stack for stack in STACKS if settings_of(stack).stack_class == "production")]


def every_object() -> Iterator[tuple[str, list[Object]]]:
    for workload in WORKLOADS:
        for kind in deployed_kinds():
            yield f"{workload.chart}-{kind}", objects(workload, values_of(workload.chart, kind))


def checked(folder: Path) -> tuple[set[Finding], set[Finding], int]:
    """What is broken, what is excepted, and how many checks passed."""
    assert CHECKOV.exists(), "`make test-checkov` installs it"
    options = ["--framework", "kubernetes", "--output", "json", "--soft-fail", "--skip-check", ",".join(NOT_ASKED)]
    command = [str(CHECKOV), "--directory", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)["results"]
    assert results["parsing_errors"] == []

    def findings(kind: str) -> set[Finding]:
        return {(item["check_id"], item["resource"]) for item in results[kind]}

    return findings("failed_checks"), findings("skipped_checks"), len(results["passed_checks"])


def write(folder: Path, *, exceptions: bool) -> None:
    for name, items in every_object():
        for item in items:
            annotations = item["metadata"].get("annotations") or {}
            kept = {key: value for key, value in annotations.items() if exceptions or not key.startswith(PREFIX)}
            item["metadata"]["annotations"] = kept
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(items))


def test_what_breaks_a_rule_says_why_and_nothing_else_says_anything(tmp_path: Path) -> None:
    said, unsaid = tmp_path / "said", tmp_path / "unsaid"
    for folder, exceptions in ((said, True), (unsaid, False)):
        folder.mkdir()
        write(folder, exceptions=exceptions)
    broken, excepted, passed = checked(said)
    assert broken == set()
    assert passed > 100 * len(WORKLOADS), "checkov has read the objects"
    assert excepted == checked(unsaid)[0], "an exception from a rule that is kept"
