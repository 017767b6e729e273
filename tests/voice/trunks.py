"""The trunk manager, which maintains the trunks and the dispatch rule in LiveKit.

Owns the pod's files. Does not own LiveKit. Runs the program of `images/tools` on the interpreter of the tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.charts.workloads import values_of
from tests.voice.livekit import API_KEY, API_SECRET
from tests.voice.livekit_sip import LIVEKIT_URL
from tests.voice.own_network import NODES
from tests.voice.pod import Pod
from tests.voice.programs import ROOT

SOURCES: Final = ROOT / "images" / "tools" / "src"
IN_TESTS: Final = {"enabled": True, "allowedCidrs": [str(NODES)], "seconds": 1}
"""Values for tests: calls come from the network of `own_network.py`."""


class Trunks:
    """One pod of Deployment `livekit-sip-trunks`. `changes` are values under `trunks`."""

    def __init__(
        self,
        folder: Path,
        values: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
        secret: str = API_SECRET,
    ) -> None:
        stated = values_of("livekit-sip", "full") if values is None else values
        trunks = {**stated.get("trunks", {}), **IN_TESTS, **(changes or {})}
        changed = {**stated, "trunks": trunks, "livekitUrl": LIVEKIT_URL}
        self.pod = Pod(folder, "livekit-sip", changed, private="10.98.5.1", name="livekit-sip-trunks")
        self.pod.secret("livekit-api-key", API_KEY)
        self.pod.secret("livekit-api-secret", secret)

    def command(self, *arguments: str) -> list[str]:
        """The command of the container."""
        python, *rest = self.pod.command("trunks")
        assert python == "python3"
        return [sys.executable, *rest, *arguments]

    def environment(self) -> dict[str, str]:
        """The variables of the container."""
        return {**self.pod.environment("trunks"), "PYTHONPATH": str(SOURCES)}

    def once(self) -> subprocess.CompletedProcess[str]:
        """Runs one comparison."""
        return subprocess.run(
            self.command("once"), env=self.environment(),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
