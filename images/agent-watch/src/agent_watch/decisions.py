"""The action for a room, as a pure function of LiveKit's data, earlier observations and the time.

Times are seconds since the epoch. Two replicas that observe the same rooms make the same decisions; only the one that
holds the lease acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Reason(StrEnum):
    """Why a caller hears no agent."""

    DEAD = "dead"
    LEFT = "left"
    NO_TRACK = "no_track"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds that a call may stay in each state before the watcher acts."""

    accept: float
    """Time from the caller's arrival until an agent has joined."""
    track: float
    """Time from an agent's arrival until it has published audio."""
    leave: float
    """Time from an agent's orderly leave until the call counts as abandoned: time to hand over or to hang up."""
    second_try: float
    """Time from the re-dispatch until a new agent must have published audio; then the call ends."""
    abandoned: float
    """Time from the moment when only agents remain until the room is deleted."""


@dataclass(frozen=True, kw_only=True)
class Agent:
    """An agent in a room. `responds` is false if it has stopped responding while the caller's side still responds."""

    identity: str
    name: str
    joined_at: float
    has_audio: bool
    responds: bool = True


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A phone participant. `in_call` is false while an outbound call rings.

    `redispatched_at` is the time of the re-dispatch. The mark is on the participant, so it survives a restart of the
    watcher.
    """

    identity: str
    joined_at: float
    in_call: bool = True
    redispatched_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """A dispatched agent, and the identities with which its jobs joined or will join."""

    id: str
    agent_name: str
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    deployment: str = ""
    identities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room with phone callers. `people` counts the other participants that can publish: staff, web clients."""

    name: str
    callers: tuple[Caller, ...] = ()
    people: int = 0
    agents: tuple[Agent, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Past:
    """Results of earlier checks of a room that LiveKit does not store."""

    rang: bool = False
    """Whether a check observed the call ringing."""
    answered_at: float | None = None
    """Time from which the caller must hear an agent."""
    voices: frozenset[str] = frozenset()
    """Names of the agents with audio at the last check that found any."""
    silent_since: float | None = None
    """Time of the first check without an agent that has audio."""
    redispatched_at: float | None = None
    """Time of this replica's re-dispatch; the caller's mark can appear with a delay."""
    called: bool = False
    """Whether a check found a caller."""
    alone_since: float | None = None
    """Time of the first check after the call that found only agents."""


@dataclass(frozen=True, kw_only=True)
class Redispatch:
    """Dispatch these agents again, in place of the old dispatches and participants."""

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
    """Remove agents that stayed after the call: each occupies capacity for another call."""


Action = Redispatch | HangUp | EndRoom


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`past` is for the next check. `settled` is false while a caller hears no agent: check again soon."""

    past: Past
    action: Action | None = None
    settled: bool = True


def decide(room: Room, past: Past, now: float, limits: Limits) -> Decision:
    """Decides about one room.

    Ignores rooms that never had a caller, calls that still ring, calls with a person or a second caller in the room (a
    transfer), and rooms without an agent dispatch.
    """
    if not room.callers and not room.people:
        return _after_the_call(room, past, now, limits)
    past = replace(past, called=True, alone_since=None)
    if len(room.callers) != 1 or room.people:
        return Decision(past=replace(past, silent_since=None))
    return _in_call(room, room.callers[0], past, now, limits)


def _in_call(room: Room, caller: Caller, past: Past, now: float, limits: Limits) -> Decision:
    """Decides about a room with one caller and otherwise only agents."""
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
    """Decides about a room after the call. Agents can finish their work, and the next call can use the same room."""
    past = replace(past, silent_since=None)
    if not past.called or not room.agents:
        return Decision(past=replace(past, alone_since=None))
    if past.alone_since is None:
        past = replace(past, alone_since=now)
    assert past.alone_since is not None
    return Decision(past=past, action=EndRoom() if now >= past.alone_since + limits.abandoned else None)


def _silence(room: Room, past: Past, limits: Limits) -> tuple[Reason, float]:
    """Returns why the caller hears no agent, and the time until which that is allowed."""
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
    """Returns when to end the call. A second agent that leaves gets the same time to hang up as the first."""
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
    """Returns the agents to dispatch again: those that had audio; else those that never joined; else all."""
    if past.voices:
        return past.voices
    alive = {agent.name for agent in room.agents if agent.responds}
    wanted = {dispatch.agent_name for dispatch in room.dispatches}
    return frozenset(wanted - alive or wanted or {agent.name for agent in room.agents})
