"""An agent for tests: a livekit-agents worker that speaks as a tone and reports what it hears.

Runs on the interpreter of `.venv-agent`; `tests/voice/agent.py` starts it. It follows the image's contract in
charts/voice-agent/README.md. Variables with the prefix TONE_ are for tests alone.

Events (`tone.py` has their form): `started` (the job runs), `joined`, `participant` (identity, kind, attributes),
`track` (audio of a participant arrives), `heard` (frequency in Hz; null is silence), `digit`, `participant_left`,
`misbehaves`, `left` (the job ends).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from typing import Final

import prometheus_client
from livekit import rtc
from livekit.agents import AgentServer, AutoSubscribe, JobContext, cli

from tests.voice.agents import response_times
from tests.voice.agents.tone import Events, hear, joined, running, speak

FREQUENCY: Final = int(os.environ.get("TONE_FREQUENCY", "600"))
MISBEHAVIOR: Final = os.environ.get("TONE_MISBEHAVIOR", "")
"""`mute`: joins and publishes nothing; `die`: its process is killed; `block`: its event loop stops. The last two happen
TONE_MISBEHAVIOR_SECONDS after the agent speaks."""
ALONE_SECONDS: Final = 5.0
MISBEHAVIOR_SECONDS: Final = float(os.environ.get("TONE_MISBEHAVIOR_SECONDS", "0"))


LOAD_THRESHOLD: Final = float(os.environ["VOICE_LOAD_THRESHOLD"])
MAX_CALLS: Final = int(os.environ["VOICE_MAX_CALLS"])


def jobs_load(server: AgentServer) -> float:
    """Reaches the load threshold when the worker has as many calls as a pod may have."""
    # Divide first: with MAX_CALLS calls the result must equal the threshold, not a number rounded below it.
    return len(server.active_jobs) / MAX_CALLS * LOAD_THRESHOLD


server = AgentServer(
    host=os.environ.get("TONE_HOST", ""),
    port=int(os.environ["VOICE_HEALTH_PORT"]),
    prometheus_port=int(os.environ["VOICE_METRICS_PORT"]),
    drain_timeout=int(os.environ["VOICE_DRAIN_SECONDS"]),
    load_threshold=LOAD_THRESHOLD,
    # This limits how many calls an idle worker accepts at once: it counts a call that has not started as a load of
    # load_threshold / num_idle_processes (livekit-agents 1.8.9, worker.py, _get_effective_load).
    num_idle_processes=MAX_CALLS,
    # None selects livekit-agents' default, the CPU load of the container, which tests share with other programs.
    load_fnc=None if os.environ.get("TONE_LOAD") == "cpu" else jobs_load,
    # A machine that runs tests starts processes slowly.
    initialize_process_timeout=60,
)


def observe(seconds: float) -> None:
    """Reports a response time."""
    if os.environ.get("TONE_OBSERVE") == "job":
        # An image that ignores the contract does this: the histogram is in the job's process.
        prometheus_client.Histogram("tone_response_seconds", "A histogram of a job.").observe(seconds)
    else:
        response_times.observe(seconds)


@server.rtc_session()
async def talk(context: JobContext) -> None:
    """One call: it lasts until all participants except agents have left."""
    started = time.time()
    room, events = context.room, Events(context.job.room.name)
    events.write("started", metadata=context.job.metadata)

    async def ended(reason: str) -> None:
        events.write("left", reason=reason)

    def left(_who: rtc.RemoteParticipant) -> None:
        if not people(room):
            context.shutdown("the caller has left")

    context.add_shutdown_callback(ended)
    hear(room, events)
    if os.environ.get("TONE_ECHO_DIGITS"):
        room.on("sip_dtmf_received", lambda press: running.add(asyncio.create_task(press_back(room, press))))
    room.on("participant_disconnected", left)
    await context.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
    joined(room, events)
    if not await other_participant_joins(room):
        context.shutdown("the caller left before the agent came")
        return
    if MISBEHAVIOR != "mute":
        await speak(room, FREQUENCY)
        observe(time.time() - started)
    if MISBEHAVIOR in ("die", "block"):
        await asyncio.sleep(MISBEHAVIOR_SECONDS)
        events.write("misbehaves", how=MISBEHAVIOR)
        if MISBEHAVIOR == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(3600)  # noqa: ASYNC251 - blocks the event loop on purpose


async def other_participant_joins(room: rtc.Room) -> bool:
    """Waits for another participant. A caller who hangs up at once leaves the agent alone in a room that stays."""
    arrived = asyncio.Event()
    room.on("participant_connected", lambda _who: arrived.set())
    if not people(room):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(arrived.wait(), ALONE_SECONDS)
    return bool(people(room))


def people(room: rtc.Room) -> list[rtc.RemoteParticipant]:
    """The participants except agents. After a restart of LiveKit a room may have two agents, which would otherwise
    wait for each other.
    """
    agent = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    return [who for who in room.remote_participants.values() if who.kind != agent]


async def press_back(room: rtc.Room, press: rtc.SipDTMF) -> None:
    """Sends a digit back to the caller."""
    await room.local_participant.publish_dtmf(code=press.code, digit=press.digit)


if __name__ == "__main__":
    response_times.collect()
    cli.run_app(server)
