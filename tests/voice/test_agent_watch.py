"""agent-watch on real programs: calls through LiveKit SIP whose agent dies, falls silent, leaves, or never comes."""

from __future__ import annotations

import base64
import hashlib
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from livekit import api

from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.agent_watch import ADDRESSES, Replica
from tests.voice.lease_server import LeaseServer
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL, LiveKitSip
from tests.voice.rooms import Rooms
from tests.voice.rtp import MediaEnd
from tests.voice.sip import Dialog, SipPeer, sdp
from tests.voice.trunks import Trunks
from tests.voice.waiting import eventually
from tests.voice.webrtc_caller import WebRtcCaller

pytestmark = pytest.mark.voice

LIMIT: Final = 10.0
"""Limit in seconds of the median of five calls until the caller hears an agent or is hung up. One call may last `MORE`
longer."""
MORE: Final = 3.0
TONE: Final = 600
"""Frequency of the agents."""
PERSON: Final = 900
NUMBER: Final = "+15550123"
CALLERS: Final = "10.98.8.1"
SECRETS: Final = {"livekit-api-key": API_KEY, "livekit-api-secret": API_SECRET}


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKitSip]:
    """LiveKit, whose webhooks reach only the first replica, and LiveKit SIP with its trunks."""
    folder = tmp_path_factory.mktemp("watch")
    values = {**values_of("livekit", "minimal"), "webhooks": [f"http://{ADDRESSES[0]}:8000/webhook"]}
    with ExitStack() as stack:
        redis = stack.enter_context(Redis(folder / "redis"))
        stack.enter_context(LiveKit(folder / "livekit", values, redis, programs.built(programs.LIVEKIT)))
        sip = stack.enter_context(LiveKitSip(folder / "sip", values_of("livekit-sip", "full"), redis))
        done = Trunks(folder / "trunks").once()
        assert done.returncode == 0, done.stderr
        yield sip


@pytest.fixture
def rooms(bridge: LiveKitSip) -> Iterator[Rooms]:
    """LiveKit's API. No test leaves a room behind."""
    server = Rooms(LIVEKIT_URL, API_KEY, API_SECRET)
    yield server
    for room in server.names():
        server.delete(room)
    eventually(lambda: bridge.active_calls() == 0, 20)


@pytest.fixture
def lease(tmp_path: Path) -> Iterator[LeaseServer]:
    with LeaseServer(tmp_path / "account") as server:
        yield server


@pytest.fixture
def peer() -> Iterator[SipPeer]:
    with SipPeer(CALLERS, 5060, "tcp") as started:
        yield started


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory, bridge: LiveKitSip) -> Iterator[Agent]:
    assert bridge.address
    with worker(tmp_path_factory.mktemp("agent")) as started:
        yield started


def worker(folder: Path, **options: Any) -> Agent:
    values = values_of("voice-agent", "minimal")
    return Agent(folder, values, livekit_url=LIVEKIT_URL, secrets=SECRETS, frequency=TONE, **options)


@dataclass
class Call:
    """One caller. A context manager hangs up."""

    peer: SipPeer
    bridge: LiveKitSip
    port: int
    dialog: Dialog = field(init=False)

    def __enter__(self) -> Call:
        self.media = MediaEnd(CALLERS, self.port)
        self.media.__enter__()
        target = (self.bridge.address, self.bridge.port("sip-tcp"))
        self.dialog = self.peer.invite(target, "voice", body=sdp(CALLERS, self.port), caller=NUMBER)
        return self

    def __exit__(self, *_: object) -> None:
        if self.media.remote is not None and not self.ended():
            self.dialog.hang_up()
        self.media.__exit__()

    def answered(self) -> Call:
        """Waits until the call is answered and the caller hears the agent."""
        response = self.dialog.final(30)
        assert response.status == 200, response.first
        self.media.remote = response.media()
        eventually(lambda: self.media.hears(TONE), 15, lambda: "the agent is not heard")
        return self

    def ended(self) -> bool:
        return self.dialog.has("BYE")

    def silent_for(self, since: float) -> float:
        """Seconds from `since` until the caller hears an agent again or is hung up."""

        def helped() -> bool:
            # Packets that were in transit when the agent died arrive within half a second.
            return self.ended() or self.media.hears(TONE, since + 0.5)

        eventually(helped, LIMIT + MORE + 2, lambda: "the caller hears nothing")
        return time.monotonic() - since


def calls(stack: ExitStack, peer: SipPeer, bridge: LiveKitSip, count: int) -> list[Call]:
    """Concurrent calls, each with its agent."""
    started = [stack.enter_context(Call(peer, bridge, 20000 + 2 * number)) for number in range(count)]
    return [call.answered() for call in started]


def replica(folder: Path, number: int, lease: LeaseServer) -> Replica:
    return Replica(folder / f"replica-{number}", number, livekit_url=LIVEKIT_URL, server=lease)


def leader(*replicas: Replica) -> Replica:
    """The replica that acts."""
    eventually(lambda: [r.metric("leader") for r in replicas].count(1) == 1, 15)
    return next(r for r in replicas if r.metric("leader"))


def kill_jobs(agent: Agent, rooms: set[str]) -> float:
    """Kills the agent's process of each call in these rooms; returns the time (monotonic seconds)."""
    for room in rooms:
        agent.kill_job(room)
    return time.monotonic()


def test_callers_of_killed_agents_hear_a_new_one_or_are_hung_up(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer, agent: Agent
) -> None:
    times: list[float] = []
    with replica(tmp_path, 0, lease) as first, replica(tmp_path, 1, lease) as second:
        leader(first, second)
        for _ in range(4):
            before = rooms.names()
            with ExitStack() as stack:
                five = calls(stack, peer, bridge, 5)
                killed = kill_jobs(agent, rooms.names() - before)
                times += [call.silent_for(killed) for call in five]
        with Call(peer, bridge, 20100) as following:
            following.answered()
        acted = [replica.metric("redispatches_total") for replica in (first, second)]
        log = first.log.read_text() + second.log.read_text()
    print([round(t, 1) for t in times], acted)
    assert statistics.median(times) <= LIMIT, times
    assert max(times) <= LIMIT + MORE, times
    assert sorted(acted) == [0, 20], "each lost agent is replaced once, by one replica"
    assert NUMBER not in log


def test_the_other_replica_acts_when_the_leader_dies_with_the_agent(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer, agent: Agent
) -> None:
    before = rooms.names()
    with replica(tmp_path, 0, lease) as first, replica(tmp_path, 1, lease) as second:
        acting = leader(first, second)
        other = second if acting is first else first
        with Call(peer, bridge, 20000) as call:
            call.answered()
            acting.kill()
            passed = call.silent_for(kill_jobs(agent, rooms.names() - before))
        print(f"{passed:.1f} s")
        assert passed <= LIMIT + MORE
        assert other.metric("redispatches_total") == 1


def test_the_watch_ignores_calls_that_end_or_are_handed_over(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer, agent: Agent
) -> None:
    assert agent.ready()
    with replica(tmp_path, 0, lease) as only, ExitStack() as stack:
        leader(only)
        before = rooms.names()
        one, two, three = calls(stack, peer, bridge, 3)
        handed_over, deleted, _ = sorted(rooms.names() - before)
        person = WebRtcCaller(
            tmp_path / "person", handed_over, livekit_url=LIVEKIT_URL, key=API_KEY, secret=API_SECRET, frequency=PERSON
        )
        stack.enter_context(person)
        remove_agent(rooms, handed_over)
        rooms.delete(deleted)
        eventually(lambda: any(call.ended() for call in (one, two, three)), 5)
        open_calls = [call for call in (one, two, three) if not call.ended()]
        eventually(lambda: any(call.media.hears(PERSON) for call in open_calls), 10)
        (talks,) = [call for call in open_calls if call.media.hears(PERSON)]
        (hangs_up,) = [call for call in open_calls if call is not talks]
        hangs_up.dialog.hang_up()
        # Longer than the limit for a caller without another participant.
        time.sleep(6)
        assert not talks.ended()
        assert talks.media.hears(PERSON)
        assert only.metric("agents_lost_total") == 0
        # The same without a person in the room.
        with Call(peer, bridge, 20100) as abandoned:
            known = rooms.names()
            abandoned.answered()
            (room,) = rooms.names() - known
            remove_agent(rooms, room)
            assert abandoned.silent_for(time.monotonic()) <= LIMIT
        assert only.metric("redispatches_total") == 1


def remove_agent(rooms: Rooms, room: str) -> None:
    """Removes the agent, as its own orderly leave does."""
    (agent,) = [identity for identity in rooms.identities(room) if identity.startswith("agent-")]
    request = api.RoomParticipantIdentity(room=room, identity=agent)
    rooms.call(lambda server: server.room.remove_participant(request))


def test_callers_of_the_only_worker_are_hung_up_when_it_dies(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer, agent: Agent
) -> None:
    with replica(tmp_path, 0, lease) as only, ExitStack() as stack:
        leader(only)
        five = calls(stack, peer, bridge, 5)
        agent.kill()
        killed = time.monotonic()
        times = [call.silent_for(killed) for call in five]
        assert all(call.ended() for call in five)
        assert only.metric("calls_ended_total") == 5
    print([round(t, 1) for t in times])
    assert statistics.median(times) <= LIMIT, times
    assert max(times) <= LIMIT + MORE, times
    eventually(lambda: rooms.names() == set(), 5)


def test_agents_without_audio_are_replaced_and_then_hung_up_even_when_webhooks_are_lost(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer
) -> None:
    assert rooms.names() == set()
    with (
        replica(tmp_path, 1, lease) as only,
        worker(tmp_path / "worker", environment={"TONE_MISBEHAVIOR": "mute"}) as agent,
    ):
        leader(only)
        with Call(peer, bridge, 20000) as call:
            agent.reported.wait_for("joined", 20)
            joined = time.monotonic()
            eventually(lambda: only.metric("redispatches_total") == 1, 15)
            replaced = time.monotonic() - joined
            eventually(lambda: rooms.names() == set(), LIMIT)
            ended = time.monotonic() - joined
            # LiveKit SIP answers a call when an agent publishes audio, so the caller still hears ringing.
            refused = call.dialog.final(2).status
        webhooks = only.metric("webhooks_total")
    print(f"replaced after {replaced:.1f} s, ended after {ended:.1f} s, {refused}")
    assert 9 <= replaced <= 12
    assert ended <= replaced + LIMIT
    assert webhooks == 0
    assert len(agent.reported.events("started")) == 2


def test_a_call_that_no_agent_accepts_is_refused_within_ten_seconds(
    tmp_path: Path, bridge: LiveKitSip, rooms: Rooms, lease: LeaseServer, peer: SipPeer
) -> None:
    assert rooms.names() == set()
    with replica(tmp_path, 0, lease) as only:
        leader(only)
        with Call(peer, bridge, 20000) as call:
            asked = time.monotonic()
            response = call.dialog.final(LIMIT + MORE)
            print(f"{response.first} after {time.monotonic() - asked:.1f} s")
            assert response.status >= 400


def test_only_signed_webhooks_are_accepted(tmp_path: Path, bridge: LiveKitSip, lease: LeaseServer) -> None:
    assert bridge.address
    body = '{"event": "participant_left", "room": {"name": "call-1", "sid": "RM_1"}}'
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()

    def token(secret: str) -> str:
        return api.AccessToken(API_KEY, secret).with_sha256(digest).to_jwt()

    with replica(tmp_path, 1, lease) as only:
        assert only.webhook(body, token("another-secret-of-at-least-32-chars")) == 401
        assert only.webhook(f"{body} ", token(API_SECRET)) == 401
        assert only.webhook(body, "") == 401
        assert (only.metric("webhooks_total"), only.metric("refused_webhooks_total")) == (0, 3)
        assert only.webhook(body, token(API_SECRET)) == 200
        assert only.metric("webhooks_total") == 1


def test_a_replica_that_stops_releases_the_lease_at_once(
    tmp_path: Path, bridge: LiveKitSip, lease: LeaseServer
) -> None:
    assert bridge.address
    with replica(tmp_path, 0, lease) as first, replica(tmp_path, 1, lease) as second:
        acting = leader(first, second)
        other = second if acting is first else first
        acting.terminate()
        eventually(lambda: other.metric("leader") == 1, 3)
        assert lease.holders == [acting.name, "", other.name]
        lease.refuse = True
        eventually(lambda: other.metric("leader") == 0, 6)
        assert other.get("/health/ready") == 200
        lease.refuse = False
        eventually(lambda: other.metric("leader") == 1, 8)
