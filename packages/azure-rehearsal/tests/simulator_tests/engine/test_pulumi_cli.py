"""How the Pulumi CLI is found or built, with a pretended `pulumi` and `go`."""

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
    """A Go module that asks for a CLI."""
    directory = tmp_path / "module"
    directory.mkdir()
    (directory / "go.mod").write_text(
        "module m\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.300.1 // indirect\n)\n"
    )
    (directory / "go.sum").write_text("sums\n")
    return directory


def _environment(directory: Path, **programs: str) -> dict[str, str]:
    """An environment whose PATH has these programs, a shell's tools, and nothing else."""
    path = directory / "bin"
    path.mkdir(exist_ok=True)
    for name, text in programs.items():
        program = path / name.replace("_", "-")
        program.write_text(text)
        program.chmod(0o755)
    for tool in ("sh", "sleep"):
        (path / tool).unlink(missing_ok=True)
        (path / tool).symlink_to(f"/bin/{tool}")
    return {"PATH": str(path), "VOICE_PLATFORM_CACHE": str(directory / "cache")}


def _find(module: Path, environment: dict[str, str]) -> tuple[pulumi_cli.PulumiCli, list[str]]:
    said: list[str] = []
    return pulumi_cli.find(environment, module, said.append), said


def test_the_cli_on_the_path_is_taken_with_its_language_host(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, pulumi="#!/bin/sh\necho v3.200.0\n", pulumi_language_python="#!/bin/sh\n")
    cli, said = _find(module, environment)
    assert (cli.executable, cli.version, cli.has_language_host) == (tmp_path / "bin" / "pulumi", "3.200.0", True)
    assert said == []


def test_a_cli_without_a_language_host_is_taken_and_says_so(tmp_path: Path, module: Path) -> None:
    cli, _ = _find(module, _environment(tmp_path, pulumi="#!/bin/sh\necho 3.259.0\n"))
    assert (cli.version, cli.has_language_host) == ("3.259.0", False)


@pytest.mark.parametrize("pulumi", ["#!/bin/sh\necho v2.25.2\n", "#!/bin/sh\necho broken\n", "#!/bin/sh\nexit 1\n"])
def test_what_is_no_pulumi_3_is_passed_over(tmp_path: Path, module: Path, pulumi: str) -> None:
    cli, said = _find(module, _environment(tmp_path, pulumi=pulumi, go=GO_THAT_BUILDS))
    assert "passed over" in said[0]
    assert cli.version == "3.300.1"


def test_without_a_cli_it_is_built_once_and_kept_outside_the_project(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    cli, said = _find(module, environment)
    assert cli.executable.is_relative_to(tmp_path / "cache" / "pulumi")
    assert cli.executable.parent.name.startswith("v3.300.1-")
    assert (cli.version, cli.has_language_host) == ("3.300.1", False)
    assert "Building the Pulumi CLI v3.300.1" in said[0]
    assert "  go: downloading something" in said
    assert f"-X {pulumi_cli.VERSION_VARIABLE}=v3.300.1" in (module / "arguments").read_text()
    again, said = _find(module, environment)
    assert (again, said) == (cli, [])
    assert (module / "builds").read_text() == "built\n"


def test_another_go_sum_is_another_build(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    first, _ = _find(module, environment)
    (module / "go.sum").write_text("other sums\n")
    assert _find(module, environment)[0].executable != first.executable


def test_two_at_once_build_once(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_BUILDS)
    found: list[tuple[pulumi_cli.PulumiCli, list[str]]] = []
    threads = [threading.Thread(target=lambda: found.append(_find(module, environment))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({cli.executable for cli, _ in found}) == 1
    assert (module / "builds").read_text() == "built\n"
    assert sum("waiting for it" in line for _, said in found for line in said) == 2


def test_a_build_that_fails_leaves_nothing_and_says_why(tmp_path: Path, module: Path) -> None:
    environment = _environment(tmp_path, go=GO_THAT_FAILS)
    with pytest.raises(UsageError, match=r"could not be built.*no space left on device.*Install it instead"):
        _find(module, environment)
    assert not pulumi_cli.built_executable(environment, module).exists()


def test_with_neither_one_line_says_how_to_get_one(tmp_path: Path, module: Path) -> None:
    with pytest.raises(UsageError) as missing:
        _find(module, _environment(tmp_path))
    (line,) = missing.value.problems
    assert "\n" not in line
    assert "https://www.pulumi.com/docs/iac/download-install/" in line
    assert "Go" in line


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"VOICE_PLATFORM_CACHE": "/c", "XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/c"),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/voice-platform"),
        ({"HOME": "/h"}, "/h/.cache/voice-platform"),
    ],
)
def test_the_cache_lies_where_the_user_wants_it(environment: dict[str, str], expected: str) -> None:
    assert str(pulumi_cli.cache_directory(environment)) == expected


def test_the_projects_own_module_names_a_version() -> None:
    assert pulumi_cli.required_version().startswith("v3.")
