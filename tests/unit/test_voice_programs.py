"""The programs that the voice tests build."""

from __future__ import annotations

import pytest

from azure_rehearsal.engine.go_tool import GoTool
from tests.voice.programs import LIVEKIT, LIVEKIT_SIP


@pytest.mark.parametrize("tool", [LIVEKIT, LIVEKIT_SIP], ids=lambda tool: tool.name)
def test_the_versions_of_voice_programs_are_pinned(tool: GoTool) -> None:
    assert tool.version().startswith("v1.")
    assert (tool.module / "go.sum").is_file()
