"""Checks every room periodically, and acts when a caller hears no agent.

Both replicas check, so that a new leader has all information at once; only the one that holds the lease acts.
Webhooks only determine which room to check next. Decisions use LiveKit's lists, so a lost webhook costs one interval.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field, replace
from typing import Final

import aiohttp
from livekit import api
from livekit.protocol.models import ParticipantInfo

from agent_watch.configuration import Looks
from agent_watch.counters import Counters
from agent_watch.decisions import Action, Decision, EndRoom, HangUp, Limits, Past, decide
from agent_watch.lease import Lease
from agent_watch.livekit_rooms import Answer, LiveKit, has_audio, room_of

LOG: Final = logging.getLogger(__name__)
SOON_SECONDS: Final = 0.5
"""Interval between checks of a call whose caller hears no agent, and between passes of the loop."""
PINGS: Final = 2
"""Consecutive unanswered pings after which an agent counts as dead: a lost packet can lose a single one."""
RPC_PROTOCOL: Final = 1
"""First version of the client protocol in which every client library responds to remote calls (livekit/protocol)."""
FAILED: Final = (api.ServerError, aiohttp.ClientError, TimeoutError)


@dataclass(kw_only=True)
class Call:
    """State of one room. `id` is LiveKit's id: names can contain telephone numbers, and logs must not."""

    id: str
    past: Past = field(default_factory=Past)
    due: float = 0.0
    looking: bool = False
    answered: set[str] = field(default_factory=set)
    """Identities of agents that have responded to a ping."""
    unanswered: dict[str, int] = field(default_factory=dict)
    """Number of consecutive unanswered pings by identity."""
    has_caller: bool = False


@dataclass(kw_only=True)
class Watcher:
    """The loop and its state."""

    livekit: LiveKit
    lease: Lease
    looks: Looks
    limits: Limits
    counters: Counters
    _calls: dict[str, Call] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _listed_at: float = 0.0

    def look_at(self, room: str, id: str) -> None:
        """Schedules an immediate check of a room, after an event."""
        self._calls.setdefault(room, Call(id=id)).due = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Checks rooms until it is cancelled. Each check is a separate task, so a slow room delays no other."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._list()
                now = time.monotonic()
                for name, call in self._calls.items():
                    if call.due <= now and not call.looking:
                        call.looking, call.due = True, now + self.looks.every
                        tasks.create_task(self._look(name, call))
                self.counters.calls = sum(call.has_caller for call in self._calls.values())
                self.counters.leader = self.lease.held()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), SOON_SECONDS)
                self._wake.clear()

    async def _list(self) -> None:
        """Adds new rooms, and removes those that have ended."""
        if time.monotonic() < self._listed_at + self.looks.every:
            return
        before = set(self._calls)
        try:
            rooms = await self.livekit.rooms()
        except FAILED as error:
            self._failed("rooms cannot be listed", error)
            return
        self._listed_at = time.monotonic()
        for name in before - rooms.keys():
            del self._calls[name]
        for name, id in rooms.items():
            self._calls.setdefault(name, Call(id=id))

    async def _look(self, name: str, call: Call) -> None:
        settled = False
        try:
            decision = await self._judge(name, call)
            settled = decision.settled and not call.unanswered
            call.past = decision.past
            if decision.action is not None and self.lease.held():
                await self._act(name, call, decision.action)
        except FAILED as error:
            self._failed(f"room {call.id}", error)
        call.looking = False
        # A webhook may have requested another check in the meantime.
        call.due = min(call.due, time.monotonic() + (self.looks.every if settled else SOON_SECONDS))

    async def _judge(self, name: str, call: Call) -> Decision:
        participants = await self.livekit.participants(name)
        call.has_caller = any(p.kind == ParticipantInfo.Kind.SIP for p in participants)
        if not call.has_caller:
            call.unanswered = {}
            return decide(room_of(name, participants, (), set()), call.past, time.time(), self.limits)
        silent = await self._silent(name, call, participants)
        talks = any(
            p.kind == ParticipantInfo.Kind.AGENT and has_audio(p) and p.identity not in silent for p in participants
        )
        dispatches = () if talks else await self.livekit.dispatches(name)
        return decide(room_of(name, participants, dispatches, silent), call.past, time.time(), self.limits)

    async def _silent(self, name: str, call: Call, participants: list[ParticipantInfo]) -> set[str]:
        """Returns the identities of agents that have stopped responding."""
        agents = [p for p in participants if p.kind == ParticipantInfo.Kind.AGENT]
        answers = await asyncio.gather(*(self.livekit.ping(name, p.identity) for p in agents))
        by_answer = {p.identity: answer for p, answer in zip(agents, answers, strict=True)}
        call.answered |= {identity for identity, answer in by_answer.items() if answer is Answer.ANSWERED}
        silent = {p.identity for p in agents if by_answer[p.identity] is Answer.SILENT and _should_answer(p, call)}
        if silent and not await self._caller_answers(name, participants):
            # LiveKit or the network is slow, not the agent: keep the count.
            return set()
        call.unanswered = {identity: call.unanswered.get(identity, 0) + 1 for identity in silent}
        return {identity for identity, count in call.unanswered.items() if count >= PINGS}

    async def _caller_answers(self, name: str, participants: list[ParticipantInfo]) -> bool:
        callers = [p for p in participants if p.kind == ParticipantInfo.Kind.SIP]
        return Answer.ANSWERED in await asyncio.gather(*(self.livekit.ping(name, p.identity) for p in callers))

    async def _act(self, name: str, call: Call, action: Action) -> None:
        if isinstance(action, EndRoom):
            LOG.warning("room %s: its agents stayed after the call; the room is ended", call.id)
            await self.livekit.hang_up(name)
            self.counters.rooms_ended += 1
            return
        self.counters.agents_lost[action.reason] += 1
        if isinstance(action, HangUp):
            LOG.warning("room %s: no agent came back (%s); the call is ended", call.id, action.reason)
            await self.livekit.hang_up(name)
            self.counters.calls_ended += 1
            return
        agents = ", ".join(wanted.agent_name for wanted in action.wanted)
        LOG.warning("room %s: the agent is lost (%s); %s is dispatched again", call.id, action.reason, agents)
        dispatched = await self.livekit.redispatch(name, action)
        self.counters.redispatches += dispatched
        # LiveKit's list can show the mark with a delay.
        call.past = replace(call.past, redispatched_at=time.time())

    def _failed(self, what: str, error: BaseException) -> None:
        self.counters.failed_looks += 1
        LOG.warning("%s: %s", what, error.code if isinstance(error, api.ServerError) else type(error).__name__)


def _should_answer(agent: ParticipantInfo, call: Call) -> bool:
    """Returns whether a missing response is significant: old libraries and agents that still connect do not respond."""
    connected = has_audio(agent) and agent.client_protocol >= RPC_PROTOCOL
    return connected or agent.identity in call.answered
