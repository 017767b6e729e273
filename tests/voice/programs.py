"""The voice programs of the tests, and where they are. `python -m tests.voice.programs` builds those from Go modules.

Tests run in a network of their own, where nothing can be downloaded, so everything is built before they start.
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
    duration="about three minutes on two cores that have nothing else to do",
    remediation="Run `go build github.com/livekit/livekit-server/cmd/server` in tools/livekit to see all of it.",
)
LIVEKIT_SIP: Final = GoTool(
    name="livekit-sip",
    title="LiveKit SIP",
    module=ROOT / "tools" / "livekit-sip",
    requirement="github.com/livekit/sip",
    package="github.com/livekit/sip/cmd/livekit-sip",
    duration="about three minutes on two cores that have nothing else to do",
    remediation=(
        "It needs a C compiler, pkg-config, libopus-dev, libopusfile-dev and libsoxr-dev. Run"
        " `go build github.com/livekit/sip/cmd/livekit-sip` in tools/livekit-sip to see the whole output."
    ),
)


def built(tool: GoTool) -> Path:
    """The program, which must have been built. Raises `UsageError` where it is not there."""
    program = tool.executable(os.environ)
    if not program.exists():
        raise UsageError(f"{program} is missing. Build it with `.venv/bin/python -m tests.voice.programs`.")
    return program


def main() -> int:
    """Builds what is not in the cache yet."""
    try:
        for tool in (LIVEKIT, LIVEKIT_SIP):
            tool.built(os.environ, WITHOUT_GO)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
