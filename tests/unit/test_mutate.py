from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.errors import CommandError
from tools.mutate import command, run
from tools.mutate.command import main
from tools.mutate.report import Score, equivalents, kept_section, load, save, score, section, survivors, with_section
from tools.mutate.run import Mutant, MutationError, Outcome, Result, choose, copied, source_files, try_mutant

ORIGINAL = "LIMIT = 1\nNAME = 'a'\n"
MUTANT = Mutant("settings/a.py", 1, "NumberReplacer", "LIMIT = 2\nNAME = 'a'\n")


def result_of(path: str, outcome: Outcome, change: str = "- a\n+ b") -> Result:
    return Result(path, 1, "NumberReplacer", change, outcome, "", 1.0)


RESULTS = [
    *[result_of("settings/a.py", Outcome.KILLED)] * 9,
    result_of("settings/b.py", Outcome.SURVIVED),
    result_of("settings/c.py", Outcome.SURVIVED),
]
KNOWN = {("settings/c.py", "- a\n+ b"): "only a cache"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one file to mutate, one that is ignored and one that is not committed."""
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "a.py").write_text(ORIGINAL)
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "ignored").touch()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    (tmp_path / "settings" / "new.py").touch()
    return tmp_path


def test_a_copy_has_the_files_that_git_does_not_ignore(project: Path) -> None:
    with copied(project) as copy:
        assert source_files(copy) == ["settings/a.py", "settings/new.py"]
        assert not (copy / "ignored").exists()
    assert not copy.exists()


def test_stages_run_until_one_fails_and_the_file_is_restored(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fake_stage(copy: Path, tests: tuple[str, ...]) -> tuple[bool, str]:
        seen.append((tests[0], (copy / "settings" / "a.py").read_text()))
        return len(seen) < 2, ""

    monkeypatch.setattr(run, "run_stage", fake_stage)
    result = try_mutant(project, MUTANT)
    assert seen == [("tests/golden", MUTANT.code), ("tests/unit/test_settings.py", MUTANT.code)]
    assert (result.outcome, result.stage) == (Outcome.KILLED, " ".join(run.STAGES[1]))
    assert result.change == "- LIMIT = 1\n+ LIMIT = 2"
    assert (project / "settings" / "a.py").read_text() == ORIGINAL


def test_a_mutant_that_passes_everything_survives(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run_stage", lambda *_: (True, ""))
    assert try_mutant(project, MUTANT).outcome is Outcome.SURVIVED


def test_a_program_that_fails_without_mutants_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run_stage", lambda *_, **__: (False, "1 failed"))
    with pytest.raises(MutationError, match=r"tests/golden fails without any mutant. Fix that first:\n1 failed"):
        run.check_baseline(project)


def test_missing_cosmic_ray_is_reported_with_the_command_for_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ENVIRONMENT", project / ".venv-mutate")
    with pytest.raises(MutationError, match="pip install cosmic-ray=="):
        choose(project, 1, 1)


def test_equivalent_mutants_are_not_counted() -> None:
    assert score(RESULTS, KNOWN) == Score(killed=9, survived=1, equivalent=1)
    assert [mutant.path for mutant in survivors(RESULTS, KNOWN)] == ["settings/b.py"]
    assert score(RESULTS, KNOWN).met
    assert not score(RESULTS, {}).met


def test_an_equivalent_mutant_needs_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.yaml"
    path.write_text("- {path: a.py, change: '- x'}\n")
    with pytest.raises(MutationError, match="without path, change or reason"):
        equivalents(path)


def test_the_committed_equivalents_name_files_and_lines_that_exist() -> None:
    """An entry whose line has changed would hide nothing and mislead readers."""
    for path, change in equivalents():
        text = (run.PROJECT / path).read_text(encoding="utf-8")
        gone = [line[2:] for line in change.splitlines() if line.startswith("-")]
        assert all(line in text for line in gone), f"{path}: {change}"


def test_results_can_be_read_again(tmp_path: Path) -> None:
    save(tmp_path / "new" / "results.json", RESULTS)
    assert load(tmp_path / "new" / "results.json") == RESULTS


def test_the_page_has_one_section() -> None:
    first = section(RESULTS, {}, seed=1, date="2026-11-30")
    second = section(RESULTS, KNOWN, seed=1, date="2026-12-01")
    page = with_section("# Benchmarks\n", first)
    assert page == f"# Benchmarks\n\n{first}"
    assert with_section(page, second) == f"# Benchmarks\n\n{second}"
    assert kept_section(page) == first
    assert kept_section("# Benchmarks\n") == ""
    assert with_section("# Benchmarks\n", "") == "# Benchmarks\n"
    assert "| 11 | 9 | 1 | 1 | 90% | at least 90% |" in second
    assert "- `settings/b.py`: `` a `` became `` b ``" in second
    assert "settings/c.py" not in second


def test_a_second_run_reuses_results(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Mutant("settings/a.py", 2, "ReplaceName", "LIMIT = 1\nNAME = 'ax'\n")
    monkeypatch.setattr(command, "PROJECT", project)
    monkeypatch.setattr(command, "choose", lambda *_: [MUTANT, other])
    monkeypatch.setattr(run, "check_baseline", lambda _: None)
    file = project / "results.json"
    tried = []

    def passing(copy: Path, _: tuple[str, ...]) -> tuple[bool, str]:
        tried.append((copy / "settings" / "a.py").read_text())
        return "LIMIT = 2" not in tried[-1], ""

    monkeypatch.setattr(run, "run_stage", passing)
    with pytest.raises(CommandError, match="too few mutants"):
        main(results=file)
    assert tried == [MUTANT.code, *[other.code] * len(run.STAGES)]
    tried.clear()
    with pytest.raises(CommandError):
        main(results=file, resume=True)
    assert tried == []
    with pytest.raises(CommandError):
        main(results=file, again=True)
    assert tried == [other.code] * len(run.STAGES)
