"""Images of agents start in a pod of the chart `voice-agent`: user 10001, read-only root, only `/tmp` is writable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.agent_image import UV, AgentImage
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL
from tests.voice.rooms import Rooms

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    folder = tmp_path_factory.mktemp("livekit")
    with (
        Redis(folder / "redis") as redis,
        LiveKit(folder, values_of("livekit", "minimal"), redis, programs.built(programs.LIVEKIT)),
    ):
        yield Rooms(LIVEKIT_URL, API_KEY, API_SECRET)


@pytest.mark.requirement("A2")
@pytest.mark.parametrize(
    "words",
    [(str(UV), "run", "src/agent.py", "start"), (".venv/bin/python", "src/agent.py", "start")],
    ids=["uv", "python"],
)
def test_an_image_that_starts_by_uv_run_or_by_python_takes_calls_on_a_read_only_root(
    words: tuple[str, ...], tmp_path: Path, rooms: Rooms
) -> None:
    image, folder = AgentImage(tmp_path / "app"), tmp_path / "pod"
    folder.mkdir()
    agent = Agent(
        folder,
        {**values_of("voice-agent", "minimal"), "limits": {"calls": 1}},
        livekit_url=LIVEKIT_URL,
        secrets={"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET},
        command=image.command(*words, writable=folder),
    )
    with agent:
        rooms.dispatch("call", "voice-agent")
        agent.reported.wait_for("joined", room="call")
        rooms.delete("call")
        agent.reported.wait_for("left", room="call")
        assert user(agent) == 10001
        agent.terminate()
        assert agent.process.wait(30) == 0, "the signal reaches the worker, which ends when it has no calls"


def user(agent: Agent) -> int:
    """The user of the worker's process."""
    return Path(f"/proc/{agent.process.pid}").stat().st_uid
