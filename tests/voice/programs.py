"""The voice programs of the tests and their paths. `python -m tests.voice.programs` builds those from Go modules.

The build comes before the tests, because their network namespace has no internet access.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from azure_rehearsal.engine.go_tool import GoTool
from azure_rehearsal.errors import UsageError

ROOT: Final = Path(__file__).parent.parent.parent
WITHOUT_GO: Final = "Tests with real LiveKit programs build them once and need Go (https://go.dev/doc/install)."
FREESWITCH_VARIABLE: Final = "FREESWITCH"
WITHOUT_FREESWITCH: Final = (
    f"FreeSWITCH is in no package registry. Set {FREESWITCH_VARIABLE}=PREFIX to the folder that has bin/freeswitch."
)
AGENT_PYTHON: Final = ROOT / ".venv-agent" / "bin" / "python"
"""Interpreter of the environment that has livekit-agents; `make test-voice` creates it."""

LIVEKIT: Final = GoTool(
    name="livekit-server",
    title="LiveKit server",
    module=ROOT / "tools" / "livekit",
    requirement="github.com/livekit/livekit-server",
    package="github.com/livekit/livekit-server/cmd/server",
    duration="about three minutes on two idle cores",
    remediation="Run `go build github.com/livekit/livekit-server/cmd/server` in tools/livekit to see its output.",
)
LIVEKIT_SIP: Final = GoTool(
    name="livekit-sip",
    title="LiveKit SIP",
    module=ROOT / "tools" / "livekit-sip",
    requirement="github.com/livekit/sip",
    package="github.com/livekit/sip/cmd/livekit-sip",
    duration="about three minutes on two idle cores",
    remediation=(
        "It needs a C compiler, pkg-config, libopus-dev, libopusfile-dev and libsoxr-dev. Run"
        " `go build github.com/livekit/sip/cmd/livekit-sip` in tools/livekit-sip to see its output."
    ),
)


def built(tool: GoTool) -> Path:
    """Path of a built program. Raises `UsageError` if it is missing."""
    program = tool.executable(os.environ)
    if not program.exists():
        raise UsageError(f"{program} is missing. Build it with `.venv/bin/python -m tests.voice.programs`.")
    return program


def main() -> int:
    """Builds the programs that are not in the cache."""
    try:
        for tool in (LIVEKIT, LIVEKIT_SIP):
            tool.built(os.environ, WITHOUT_GO)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
