"""A real livekit-agents worker with what the chart `voice-agent` renders takes calls of a real LiveKit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.livekit import API_KEY, API_SECRET, PRIVATE, LiveKit, Redis
from tests.voice.rooms import Rooms
from tests.voice.webrtc_caller import WebRtcCaller

pytestmark = pytest.mark.voice

URL = f"ws://{PRIVATE}:7880"
SECRETS = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET}


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKit]:
    folder = tmp_path_factory.mktemp("livekit")
    with (
        Redis(folder / "redis") as redis,
        LiveKit(folder, values_of("livekit", "minimal"), redis, programs.built(programs.LIVEKIT)) as server,
    ):
        yield server


@pytest.fixture
def rooms(livekit: LiveKit) -> Rooms:
    assert livekit.ready()
    return Rooms(URL, API_KEY, API_SECRET)


def pod(folder: Path, **options: Any) -> Agent:
    return Agent(folder, values_of("voice-agent", "minimal"), livekit_url=URL, secrets=SECRETS, **options)


def caller(folder: Path, room: str, **options: Any) -> WebRtcCaller:
    return WebRtcCaller(folder, room, livekit_url=URL, key=API_KEY, secret=API_SECRET, **options)


def test_a_call_is_answered_and_both_sides_hear_each_other(tmp_path: Path, rooms: Rooms) -> None:
    with pod(tmp_path / "agent") as agent, caller(tmp_path / "caller", "call", frequency=440) as person:
        rooms.dispatch("call", "voice-agent")
        person.said.wait_for("heard", frequency=600)
        agent.said.wait_for("heard", frequency=440)
    assert agent.said.events("joined", room="call")
