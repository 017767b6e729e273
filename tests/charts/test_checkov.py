"""Checkov on the charts: an object that violates a rule documents the exception and its reason in an annotation."""

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
SKIPPED_RULES = {
    "CKV2_K8S_6": "it requires NetworkPolicies; the platform has Cilium policies outside the charts",
}
"""Rules that do not apply to single objects, with the reason."""

Object = dict[str, Any]
Finding = tuple[str, str]
"""A rule and the object that violates it."""


def deployed_kinds() -> list[str]:
    """The full values of a chart, and stacks of class production."""
    return ["full", *(stack for stack in STACKS if settings_of(stack).stack_class == "production")]


def every_object() -> Iterator[tuple[str, list[Object]]]:
    for workload in WORKLOADS:
        for kind in deployed_kinds():
            yield f"{workload.chart}-{kind}", objects(workload, values_of(workload.chart, kind))


def checked(folder: Path) -> tuple[set[Finding], set[Finding], int]:
    """Violations, documented exceptions, and the number of passed checks."""
    assert CHECKOV.exists(), "checkov is missing; make test-checkov installs it"
    options = ["--framework", "kubernetes", "--output", "json", "--soft-fail", "--skip-check", ",".join(SKIPPED_RULES)]
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


def test_every_checkov_exception_is_needed_and_every_finding_has_one(tmp_path: Path) -> None:
    annotated, plain = tmp_path / "annotated", tmp_path / "plain"
    for folder, exceptions in ((annotated, True), (plain, False)):
        folder.mkdir()
        write(folder, exceptions=exceptions)
    violations, exceptions, passed = checked(annotated)
    assert violations == set()
    assert passed > 100 * len(WORKLOADS), "checkov evaluated the objects"
    assert exceptions == checked(plain)[0], "an exception without a violation"
