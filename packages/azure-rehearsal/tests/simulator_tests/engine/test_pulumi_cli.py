"""The search for the Pulumi CLI and its build, with a fake `pulumi` and `go`."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from azure_rehearsal.engine import pulumi_cli
from azure_rehearsal.errors import UsageError

GO_THAT_BUILDS = """#!/bin/sh
while [ "$1" != "-o" ]; do echo "$1" >> "$PWD/arguments"; shift; done
sleep 0.3
echo "go: downloading something" >&2
echo built >> "$PWD/builds"
printf '#!/bin/sh\\n' > "$2"
"""

GO_THAT_FAILS = "#!/bin/sh\necho 'no space left on device' >&2\nexit 1\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A Go module that requires a CLI."""
    directory = tmp_path / "module"
    directory.mkdir()
    (directory / "go.mod").write_text(
        "module m\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.300.1 // indirect\n)\n"
    )
    (directory / "go.sum").write_text("sums\n")
    return directory


def _environment(directory: Path, **programs: str) -> dict[str, str]:
    """An environment whose PATH has only these programs and a shell's tools."""
    path = directory / "bin"
    path.mkdir(exist_ok=True)
    for name, text in programs.items():
        program = path / name.replace("_", "-")
        program.write_text(text)
        program.chmod(0o755)
    for tool in ("sh", "sleep"):
        (path / tool).unlink(missing_ok=True)
        (path / tool).symlink_to(f"/bin/{tool}")
    return {"PATH": str(path), "AZURE_REHEARSAL_CACHE": str(directory / "cache")}


def _find(module: Path, environment: dict[str, str]) -> tuple[pulumi_cli.PulumiCli, list[str]]:
    lines: list[str] = []
    return pulumi_cli.find(environment, module, lines.append), lines


def test_the_cli_on_the_path_is_used_with_its_language_host(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, pulumi="#!/bin/sh\necho v3.200.0\n", pulumi_language_python="#!/bin/sh\n")
    cli, lines = _find(module, environment)
    assert (cli.executable, cli.version, cli.has_language_host) == (tmp_path / "bin" / "pulumi", "3.200.0", True)
    assert lines == []


def test_a_cli_without_a_language_host_is_used(tmp_path: Path, module: Path) -> None:
    cli, _ = _find(module, _environment(tmp_path, pulumi="#!/bin/sh\necho 3.259.0\n"))
    assert (cli.version, cli.has_language_host) == ("3.259.0", False)


@pytest.mark.parametrize("pulumi", ["#!/bin/sh\necho v2.25.2\n", "#!/bin/sh\necho broken\n", "#!/bin/sh\nexit 1\n"])
def test_a_program_that_is_not_pulumi_3_is_skipped(tmp_path: Path, module: Path, pulumi: str) -> None:
    cli, lines = _find(module, _environment(tmp_path, pulumi=pulumi, go=GO_THAT_BUILDS))
    assert "skipped" in lines[0]
    assert cli.version == "3.300.1"


def test_a_missing_cli_is_built_once_outside_the_project(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    cli, lines = _find(module, environment)
    assert cli.executable.is_relative_to(tmp_path / "cache" / "pulumi")
    assert cli.executable.parent.name.startswith("v3.300.1-")
    assert (cli.version, cli.has_language_host) == ("3.300.1", False)
    assert "Building the Pulumi CLI v3.300.1" in lines[0]
    assert "  go: downloading something" in lines
    assert f"-X {pulumi_cli.VERSION_VARIABLE}=v3.300.1" in (module / "arguments").read_text()
    again, lines = _find(module, environment)
    assert (again, lines) == (cli, [])
    assert (module / "builds").read_text() == "built\n"


def test_a_changed_go_sum_causes_a_new_build(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    first, _ = _find(module, environment)
    (module / "go.sum").write_text("other sums\n")
    assert _find(module, environment)[0].executable != first.executable


def test_concurrent_processes_build_once(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    found: list[tuple[pulumi_cli.PulumiCli, list[str]]] = []
    threads = [threading.Thread(target=lambda: found.append(_find(module, environment))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({cli.executable for cli, _ in found}) == 1
    assert (module / "builds").read_text() == "built\n"
    assert sum("building the Pulumi CLI: waiting" in line for _, lines in found for line in lines) == 2


def test_a_failed_build_leaves_nothing_and_reports_the_reason(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_FAILS)
    with pytest.raises(UsageError, match=r"could not be built.*no space left on device.*Install it instead"):
        _find(module, environment)
    assert not pulumi_cli.built_executable(environment, module).exists()


def test_without_cli_and_go_one_line_explains_the_installation(tmp_path: Path, module: Path) -> None:
    with pytest.raises(UsageError) as missing:
        _find(module, _environment(tmp_path))
    (line,) = missing.value.problems
    assert "\n" not in line
    assert "https://www.pulumi.com/docs/iac/download-install/" in line
    assert "Go" in line


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"AZURE_REHEARSAL_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/azure-rehearsal"),
        ({"HOME": "/h"}, "/h/.cache/azure-rehearsal"),
    ],
)
def test_the_user_can_choose_the_cache_directory(environment: dict[str, str], expected: str) -> None:
    assert str(pulumi_cli.cache_directory(environment)) == expected


def test_the_packaged_module_pins_a_version() -> None:
    assert pulumi_cli.required_version().startswith("v3.")
