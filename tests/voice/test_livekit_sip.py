"""A real LiveKit SIP accepts the rendered configuration and listens on the ports of the chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.workloads import STACKS, values_of
from tests.voice import programs
from tests.voice.livekit import LiveKit, Redis
from tests.voice.livekit_sip import BRIDGE, LiveKitSip
from tests.voice.sockets import Listening, listening

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory, redis: Redis) -> Iterator[LiveKit]:
    program = programs.built(programs.LIVEKIT)
    with LiveKit(tmp_path_factory.mktemp("livekit"), values_of("livekit", "minimal"), redis, program) as server:
        yield server


@pytest.mark.parametrize("kind", ["minimal", "full", *STACKS])
@pytest.mark.usefixtures("livekit")
def test_it_starts_and_listens_on_the_ports_of_the_chart(kind: str, tmp_path: Path, redis: Redis) -> None:
    with LiveKitSip(tmp_path, values_of("livekit-sip", kind), redis) as bridge:
        assert listening(bridge.process.pid) == {
            Listening("udp", BRIDGE, bridge.port("sip-udp")),
            Listening("tcp", BRIDGE, bridge.port("sip-tcp")),
            # LiveKit SIP cannot bind these two to one address; source: livekit/sip v1.8.0, pkg/service/service.go.
            Listening("tcp", "::", bridge.port("health")),
            Listening("tcp", "::", bridge.port("metrics")),
        }
        assert bridge.active_calls() == 0
