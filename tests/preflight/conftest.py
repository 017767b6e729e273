"""The stack, its subscription, and the environment of a deployer that has everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.loader import load_stack_file
from settings.schema.aks_stack import AksStackSettings
from tests.preflight.fake_arm import FakeArm
from tests.unit.stacks import PRODUCTION


@pytest.fixture(scope="session")
def settings() -> AksStackSettings:
    return load_stack_file(PRODUCTION)


@pytest.fixture
def arm(settings: AksStackSettings) -> FakeArm:
    return FakeArm.of(settings)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """kubelogin and az on PATH, and nothing else."""
    for name in ("kubelogin", "az"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return {"PATH": str(tmp_path)}
