"""A real livekit-agents worker with the rendered chart `voice-agent` answers calls of a real LiveKit."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.charts.known_metrics import KNOWN_METRICS
from tests.charts.workloads import values_of
from tests.voice import programs
from tests.voice.agent import Agent
from tests.voice.livekit import API_KEY, API_SECRET, LiveKit, Redis
from tests.voice.livekit_sip import LIVEKIT_URL
from tests.voice.rooms import Rooms
from tests.voice.waiting import eventually
from tests.voice.webrtc_caller import WebRtcCaller

pytestmark = pytest.mark.voice

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
def rooms(livekit: LiveKit) -> Iterator[Rooms]:
    found = Rooms(LIVEKIT_URL, API_KEY, API_SECRET)
    assert livekit.ready()
    yield found
    for room in found.names():
        found.delete(room)


def pod(folder: Path, values: Mapping[str, Any] | None = None, **options: Any) -> Agent:
    stated = {**values_of("voice-agent", "full"), "limits": {"calls": 6}, **(values or {})}
    return Agent(folder, stated, livekit_url=LIVEKIT_URL, secrets=SECRETS, **options)


def caller(folder: Path, room: str, **options: Any) -> WebRtcCaller:
    return WebRtcCaller(folder, room, livekit_url=LIVEKIT_URL, key=API_KEY, secret=API_SECRET, **options)


def show(agent: Agent) -> str:
    """The end of a worker's log."""
    return agent.log.read_text()[-3000:]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, livekit: LiveKit) -> Iterator[Agent]:
    """A worker that several tests share."""
    assert livekit.ready()
    # A separate name, because LiveKit assigns a call to any worker with the name.
    with pod(tmp_path_factory.mktemp("agent"), {"name": "shared-agent"}, address="10.98.1.2") as agent:
        yield agent


@pytest.fixture
def shared(started: Agent) -> Agent:
    """The idle worker: a full worker refuses calls, and LiveKit does not offer them again."""
    eventually(lambda: started.metric("lk_agents_active_job_count") == 0, 20, lambda: show(started))
    return started


def test_a_call_is_answered_and_both_sides_hear_each_other(tmp_path: Path, shared: Agent, rooms: Rooms) -> None:
    with caller(tmp_path, "call", frequency=440) as person:
        rooms.dispatch("call", shared.name)
        person.reported.wait_for("heard", frequency=600)
        shared.reported.wait_for("heard", frequency=440)
        eventually(lambda: shared.metric("lk_agents_active_job_count") == 1, 20, lambda: show(shared))
    exported = set(re.findall(r"^([a-z_]+)[ {]", shared.get("metrics", "/metrics")[1], re.MULTILINE))
    assert set(KNOWN_METRICS["voice-agent"]) <= exported
    assert shared.metric("voice_agent_response_seconds_count") > 0


def test_five_calls_at_once_are_all_answered_by_an_idle_worker(shared: Agent, rooms: Rooms) -> None:
    names = [f"burst-{n}" for n in range(5)]
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(lambda name: rooms.dispatch(name, shared.name), names))
    for name in names:
        shared.reported.wait_for("joined", room=name)


def test_a_killed_job_ends_no_other_call_and_the_next_call_is_answered(
    tmp_path: Path, shared: Agent, rooms: Rooms
) -> None:
    with caller(tmp_path, "stays") as person:
        rooms.dispatch("stays", shared.name)
        rooms.dispatch("killed", shared.name)
        person.reported.wait_for("heard", frequency=600)
        shared.reported.wait_for("joined", room="killed")
        shared.kill_job("killed")
        eventually(lambda: shared.metric("lk_agents_active_job_count") == 1, 20, lambda: show(shared))
        rooms.dispatch("next", shared.name)
        shared.reported.wait_for("joined", room="next")
        assert not person.reported.events("participant_left")


def test_no_log_and_no_metric_of_the_agent_has_numbers_of_a_call(tmp_path: Path, shared: Agent, rooms: Rooms) -> None:
    numbers = {"voice.caller": "+4930111222", "voice.called": "+4930333444"}
    with caller(tmp_path, "numbers", attributes=numbers):
        rooms.dispatch("numbers", shared.name)
        assert shared.reported.wait_for("participant", room="numbers")["attributes"] == numbers
        shared.reported.wait_for("heard", room="numbers", frequency=440)
    shared.reported.wait_for("left", room="numbers")
    eventually(lambda: '"process exiting"' in "".join(lines(shared, "numbers")), 20, lambda: show(shared))
    written = shared.log.read_text() + shared.get("metrics", "/metrics")[1]
    assert [number for number in numbers.values() if number.removeprefix("+") in written] == []


def lines(agent: Agent, room: str) -> list[str]:
    """A worker's log lines about a room."""
    return [line for line in agent.log.read_text().splitlines() if f'"room": "{room}"' in line]


def test_a_worker_with_the_files_of_100_000_jobs_still_answers_calls(tmp_path: Path, rooms: Rooms) -> None:
    values = {"limits": {"calls": 2}}
    with pod(tmp_path, values, environment={"TONE_OBSERVE": "job"}) as agent:
        answer(agent, rooms, "first")
        before = agent.files()
        answer(agent, rooms, "second")
        agent.copy_files(agent.files() - before, 100_000)
        # Two calls use processes that started before the files existed.
        for number in range(4):
            answer(agent, rooms, f"later-{number}")


def answer(agent: Agent, rooms: Rooms, room: str) -> None:
    """Makes one complete call."""
    rooms.dispatch(room, agent.name)
    agent.reported.wait_for("joined", room=room)
    rooms.delete(room)
    agent.reported.wait_for("left", room=room)
    eventually(lambda: agent.metric("lk_agents_active_job_count") == 0, 20, lambda: show(agent))


@pytest.mark.requirement("B73")
def test_the_autoscaler_adds_a_pod_before_workers_refuse_calls(tmp_path: Path, rooms: Rooms) -> None:
    with pod(tmp_path, {"limits": {"calls": 4}}) as agent:
        query, threshold = scaler(agent)
        metrics = []
        for number in range(4):
            rooms.dispatch(f"load-{number}", agent.name)
            agent.reported.wait_for("joined", room=f"load-{number}")
            last = metrics[-1] if metrics else 0
            eventually(lambda last=last: agent.metric(query) > last, 10, lambda: show(agent))
            metrics.append(agent.metric(query))
        assert metrics[0] < threshold < metrics[-2], "the autoscaler must act before the last possible call"
        refuses(agent, rooms)


@pytest.mark.requirement("B73")
def test_a_worker_that_refuses_calls_for_its_cpu_time_is_above_the_autoscalers_threshold(
    tmp_path: Path, rooms: Rooms
) -> None:
    # The start of the worker uses all of so little CPU time.
    values = {"resources": {"requests": {"cpu": "0.01"}}}
    with pod(tmp_path, values, environment={"TONE_LOAD": "cpu"}) as agent:
        query, threshold = scaler(agent)
        eventually(lambda: "full capacity" in agent.log.read_text(), 20, lambda: show(agent))
        assert agent.metric(query) > threshold
        refuses(agent, rooms)


def refuses(agent: Agent, rooms: Rooms) -> None:
    """A worker with time for the call does not accept it."""
    rooms.dispatch("refused", agent.name)
    time.sleep(3)  # LiveKit reports nothing about a call that no worker accepts
    assert not agent.reported.events("started", room="refused")


def scaler(agent: Agent) -> tuple[str, float]:
    """The metric whose sum the autoscaler queries, and the value for each pod above which it adds a pod."""
    (found,) = (item for item in agent.pod.objects if item["kind"] == "ScaledObject")
    metadata = found["spec"]["triggers"][0]["metadata"]
    (metric,) = re.findall(r"^sum\((\w+)\)$", metadata["query"])
    return metric, float(metadata["threshold"])


def test_a_stopping_worker_finishes_its_calls_and_accepts_no_others(tmp_path: Path, rooms: Rooms) -> None:
    with pod(tmp_path / "agent") as agent:
        with caller(tmp_path / "caller", "long") as person:
            rooms.dispatch("long", agent.name)
            person.reported.wait_for("heard", frequency=600)
            agent.terminate()
            eventually(lambda: "draining worker" in agent.log.read_text(), 20, lambda: show(agent))
            refuses(agent, rooms)
            assert agent.ready(), "the pod stays ready: LiveKit's webhooks still come"
            assert agent.process.poll() is None
            assert not person.reported.events("participant_left")
            assert [event["frequency"] for event in person.reported.events("heard")] == [600]
        assert agent.process.wait(30) == 0
    (draining,) = (json.loads(line) for line in agent.log.read_text().splitlines() if "draining worker" in line)
    spec, drain = agent.pod.spec, agent.pod.container("agent")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert 3600 < draining["timeout"] < spec["terminationGracePeriodSeconds"] - drain
