"""The page of requirements lists the tests of each requirement, and every mark names a requirement."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.requirements_page import PROJECT, REGISTER, Register, ReportError, check_marks, load_register, render

SMALL = """
documents:
  A:
    title: Phones
    requirements:
      A1: {owner: Network, summary: It rings.}
      A2: {owner: Edge, summary: Either a | or b., decided_by: K1}
    conflicts:
      K1: {summary: a or b., settings: {ring.tone: low, ring.volume: "3"}}
"""


@pytest.fixture(scope="module")
def small() -> Register:
    return Register.model_validate(yaml.safe_load(SMALL))


def test_the_register_has_every_row_of_the_five_documents() -> None:
    documents = load_register(REGISTER).documents
    counts = {letter: len(document.requirements) for letter, document in documents.items()}
    assert counts == {"A": 40, "B": 77, "C": 56, "D": 37, "E": 49}
    assert sum(len(document.conflicts) for document in documents.values()) == 28


def test_a_requirement_without_a_test_is_not_built(small: Register) -> None:
    assert "| A1 | It rings. | Network | not built |" in render(small, {}).splitlines()


def test_a_requirement_with_tests_is_built_and_lists_them(small: Register) -> None:
    page = render(small, {"A1": ("tests/a.py::test_one", "tests/b.py::test_two")}).splitlines()
    assert "| A1 | It rings. | Network | built: `tests/a.py::test_one`<br>`tests/b.py::test_two` |" in page


def test_a_requirement_names_its_conflict_and_keeps_vertical_bars(small: Register) -> None:
    assert "| A2 | Either a \\| or b. (K1) | Edge | not built |" in render(small, {}).splitlines()


def test_a_conflict_shows_its_settings_and_defaults(small: Register) -> None:
    assert "| K1 | a or b. | `ring.tone` = low<br>`ring.volume` = 3 | not built |" in render(small, {}).splitlines()


def test_the_page_starts_with_the_counts(small: Register) -> None:
    page = render(small, {"A1": ("t",), "K1": ("t",)}).splitlines()
    assert "| A. Phones | 2 | 1 | 1 |" in page
    assert "| Conflicts | 1 | 1 | 0 |" in page
    assert "| **All** | 3 | 2 | 1 |" in page


def test_a_mark_without_a_requirement_is_refused_with_its_test(small: Register) -> None:
    with pytest.raises(ReportError, match=r"Fix the marks .*:\nA3: tests/a\.py::test_one, tests/b\.py::test_two$"):
        check_marks(small, {"A1": ("t",), "A3": ("tests/a.py::test_one", "tests/b.py::test_two")})


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("A2:", "A4:", "ids must count from A1 without gaps: A4 is at the place of A2"),
        ("decided_by: K1", "decided_by: K9", "A2 is decided by K9, which is not an id of the register"),
        ('settings: {ring.tone: low, ring.volume: "3"}', "settings: {}", "at least 1 item"),
        ("owner: Network, ", "", "owner"),
        ("owner: Network, ", "owner: Network, state: built, ", "Extra inputs are not permitted"),
    ],
)
def test_a_faulty_register_is_refused(before: str, after: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "requirements.yaml"
    assert before in SMALL
    path.write_text(SMALL.replace(before, after))
    with pytest.raises(ReportError) as caught:
        load_register(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


TESTS = """
from __future__ import annotations

import pytest


@pytest.mark.requirement("A1", "K1")
@pytest.mark.parametrize("number", [1, 2])
def test_it_rings(number: int) -> None:
    raise AssertionError("collected, never run")


@pytest.mark.requirement("A2")
@pytest.mark.cluster
def test_it_rings_in_a_cluster() -> None:
    raise AssertionError("collected, never run")
"""


def run_report(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    files = ["--register", str(folder / "requirements.yaml"), "--tests", str(folder), "--page", str(folder / "page.md")]
    command = [sys.executable, "-m", "tools.cli", "requirements", *files, *options]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.mark.exhaustive
def test_marks_are_collected_from_all_tests_including_those_outside_the_default_run(tmp_path: Path) -> None:
    (tmp_path / "requirements.yaml").write_text(SMALL)
    (tmp_path / "test_phones.py").write_text(TESTS)
    written = run_report(tmp_path)
    assert written.stdout == f"voice requirements: wrote {tmp_path / 'page.md'}.\n"
    page = (tmp_path / "page.md").read_text()
    assert page.count("test_phones.py::test_it_rings`") == 2, "once for A1 and once for K1, not once for each parameter"
    assert page.count("test_phones.py::test_it_rings_in_a_cluster`") == 1

    assert run_report(tmp_path, "--check").returncode == 0
    (tmp_path / "test_phones.py").write_text(TESTS.replace('"A1", "K1"', '"A1"'))
    outdated = run_report(tmp_path, "--check")
    assert outdated.returncode == 1
    assert f"Out of date: {tmp_path / 'page.md'}." in outdated.stderr
    assert "run `.venv/bin/voice requirements`" in outdated.stderr
    assert (tmp_path / "page.md").read_text() == page, "--check writes nothing"


def test_a_mark_without_a_requirement_fails_the_report(tmp_path: Path) -> None:
    (tmp_path / "requirements.yaml").write_text(SMALL)
    (tmp_path / "test_phones.py").write_text(TESTS.replace('"A2"', '"A7"'))
    failed = run_report(tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.endswith("test_phones.py::test_it_rings_in_a_cluster\n")
    assert not (tmp_path / "page.md").exists()


def test_tests_that_cannot_be_collected_fail_the_report_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "requirements.yaml").write_text(SMALL)
    (tmp_path / "test_phones.py").write_text("import no_such_module\n")
    failed = run_report(tmp_path)
    assert failed.returncode == 1
    assert "pytest cannot collect the tests" in failed.stderr
    assert "No module named 'no_such_module'" in failed.stderr
    assert not (tmp_path / "page.md").exists()
