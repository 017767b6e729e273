"""What to do about a room: a pure function of what LiveKit says, what was seen before, and the time.

Times are seconds since the epoch. Two replicas that see the same rooms decide the same; only the one that holds the
lease acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Reason(StrEnum):
    """Why a caller hears nobody."""

    DEAD = "dead"
    LEFT = "left"
    NO_TRACK = "no_track"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds that a call may stay in each state before the watcher acts."""

    accept: float
    """From the caller's arrival until an agent has joined."""
    track: float
    """From an agent's arrival until it has published audio."""
    leave: float
    """From an agent's orderly leave until the call is taken as abandoned: time to hand over or to hang up."""
    second_try: float
    """From the re-dispatch until a new agent has published audio; then the call is ended."""
    abandoned: float
    """From the moment everybody but agents has left until the room is ended."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """An agent in a room. `responds` is false when it has stopped answering while the caller's side still answers."""

    identity: str
    name: str
    joined_at: float
    has_audio: bool
    responds: bool = True


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A participant on the telephone. `in_call` is false while an outbound call rings.

    `redispatched_at` is when a watcher dispatched an agent again: the mark is on the participant, so that it survives
    the watcher.
    """

    identity: str
    joined_at: float
    in_call: bool = True
    redispatched_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """An agent that was asked for, and the identities under which its jobs joined or are to join."""

    id: str
    agent_name: str
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    deployment: str = ""
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room with telephone callers. `people` counts the other participants that can talk: staff, web clients."""

    name: str
    callers: tuple[Caller, ...] = ()
    people: int = 0
    agents: tuple[Agent, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """What earlier looks at a room have shown, as far as LiveKit itself does not keep it."""

    rang: bool = False
    """Whether the call was seen ringing."""
    answered_at: float | None = None
    """From when on somebody has to talk to the caller."""
    voices: frozenset[str] = frozenset()
    """Names of the agents that had audio when an agent last had."""
    silent_since: float | None = None
    """When the room was first seen without an agent that has audio."""
    redispatched_at: float | None = None
    """When this replica dispatched an agent again; the caller's mark may appear a moment later."""
    called: bool = False
    """Whether a caller was seen."""
    alone_since: float | None = None
    """When agents were first seen alone after a call."""


@dataclass(frozen=True, kw_only=True)
class Redispatch:
    """Ask for these agents again, in place of the old dispatches and participants."""

    caller: str
    reason: Reason
    wanted: tuple[Dispatch, ...]
    old_dispatches: tuple[str, ...]
    old_identities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HangUp:
    """End the call."""

    reason: Reason


@dataclass(frozen=True, kw_only=True)
class EndRoom:
    """Remove agents that stayed after the call: each keeps a place for another call."""


Action = Redispatch | HangUp | EndRoom


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`past` is for the next look. `settled` is false while a caller hears nobody: look again soon."""

    past: Past
    action: Action | None = None
    settled: bool = True


def decide(room: Room, past: Past, now: float, limits: Limits) -> Decision:
    """Decides about one room.

    Leaves alone: rooms that never had a caller, calls that still ring, calls with a person or a second caller in the
    room (a transfer), and rooms that no agent was ever asked for.
    """
    if not room.callers and not room.people:
        return _after_the_call(room, past, now, limits)
    past = replace(past, called=True, alone_since=None)
    if len(room.callers) != 1 or room.people:
        return Decision(past=replace(past, silent_since=None))
    return _in_call(room, room.callers[0], past, now, limits)


def _in_call(room: Room, caller: Caller, past: Past, now: float, limits: Limits) -> Decision:
    """A room with one caller and nobody else but agents."""
    if not caller.in_call:
        return Decision(past=replace(past, rang=True))
    if past.answered_at is None:
        past = replace(past, answered_at=now if past.rang else caller.joined_at)
    voices = frozenset(agent.name for agent in room.agents if agent.responds and agent.has_audio)
    if voices:
        return Decision(past=replace(past, voices=voices, silent_since=None))
    if not (room.agents or room.dispatches or past.voices):
        return Decision(past=past)
    if past.silent_since is None:
        past = replace(past, silent_since=now)
    reason, due = _silence(room, past, limits)
    redispatched_at = past.redispatched_at if caller.redispatched_at is None else caller.redispatched_at
    if redispatched_at is not None:
        due = _end_of_second_try(redispatched_at, reason, past, limits)
    if now < due:
        return Decision(past=past, settled=False)
    if redispatched_at is not None:
        return Decision(past=past, action=HangUp(reason=reason), settled=False)
    return Decision(past=past, action=_first_try(room, caller, past, reason), settled=False)


def _after_the_call(room: Room, past: Past, now: float, limits: Limits) -> Decision:
    """Agents may finish their work after a call, and the next call may come into the same room."""
    past = replace(past, silent_since=None)
    if not past.called or not room.agents:
        return Decision(past=replace(past, alone_since=None))
    if past.alone_since is None:
        past = replace(past, alone_since=now)
    assert past.alone_since is not None
    return Decision(past=past, action=EndRoom() if now >= past.alone_since + limits.abandoned else None)


def _silence(room: Room, past: Past, limits: Limits) -> tuple[Reason, float]:
    """Why the caller hears nobody, and until when that may be."""
    assert past.answered_at is not None
    assert past.silent_since is not None
    if any(not agent.responds and (agent.has_audio or not past.voices) for agent in room.agents):
        return Reason.DEAD, past.silent_since
    if past.voices:
        return Reason.LEFT, past.silent_since + limits.leave
    if room.agents:
        newest = max(agent.joined_at for agent in room.agents)
        return Reason.NO_TRACK, max(newest, past.answered_at) + limits.track
    return Reason.NOT_ACCEPTED, past.answered_at + limits.accept


def _end_of_second_try(redispatched_at: float, reason: Reason, past: Past, limits: Limits) -> float:
    """When the call is ended. A second agent that leaves gets the same moment to hang up as the first."""
    assert past.silent_since is not None
    leaving = past.silent_since + limits.leave if reason is Reason.LEFT else past.silent_since
    return max(redispatched_at + limits.second_try, leaving)


def _first_try(room: Room, caller: Caller, past: Past, reason: Reason) -> Redispatch:
    names = _lost(room, past)
    old = tuple(dispatch for dispatch in room.dispatches if dispatch.agent_name in names)
    known = {dispatch.agent_name: dispatch for dispatch in old}
    return Redispatch(
        caller=caller.identity,
        reason=reason,
        wanted=tuple(known.get(name, Dispatch(id="", agent_name=name)) for name in sorted(names)),
        old_dispatches=tuple(dispatch.id for dispatch in old),
        old_identities=tuple(agent.identity for agent in room.agents if agent.name in names),
    )


def _lost(room: Room, past: Past) -> frozenset[str]:
    """Names of the agents to ask for again: those that talked; else those that never came; else all."""
    if past.voices:
        return past.voices
    alive = {agent.name for agent in room.agents if agent.responds}
    wanted = {dispatch.agent_name for dispatch in room.dispatches}
    return frozenset(wanted - alive or wanted or {agent.name for agent in room.agents})
