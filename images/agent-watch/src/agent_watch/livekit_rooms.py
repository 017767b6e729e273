"""LiveKit's API as the watcher uses it: what is in a room, whether a participant answers, and the two actions.

Identities of callers can hold telephone numbers: nothing here logs them.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import aiohttp
from livekit import api
from livekit.api.twirp_client import TwirpClient
from livekit.protocol.agent_dispatch import AgentDispatch
from livekit.protocol.models import ParticipantInfo, TrackType
from livekit.protocol.room import PerformRpcRequest, PerformRpcResponse

from agent_watch.configuration import Looks
from agent_watch.decisions import Agent, Caller, Dispatch, Redispatch, Room
from agent_watch.lease import CLOCK_MARGIN_SECONDS

AGENT_NAME: Final = "lk.agent_name"
"""Attribute that LiveKit gives to agents (`AgentNameAttributeKey` in livekit-server pkg/agent/worker.go)."""
CALL_STATUS, RULE = "sip.callStatus", "sip.ruleID"
"""Attributes that LiveKit SIP gives to callers; only inbound calls have a rule."""
RINGING: Final = frozenset({"dialing", "ringing"})
REDISPATCHED: Final = "voice.redispatched"
"""Attribute that the watcher gives to the caller: when it dispatched an agent again, seconds since the epoch."""
PING: Final = "voice.ping"
"""Method of the remote call. Agents need not implement it: LiveKit's client library refuses unknown methods by itself,
which is an answer.
"""
UNANSWERED: Final = frozenset({"1501", "1502"})
"""Connection timeout and response timeout (`DataChannelRpcErrorCode` in livekit/protocol)."""
REQUEST_SECONDS: Final = 3.0
"""A request to LiveKit that takes longer has failed."""


class Answer(Enum):
    """What a ping of a participant has shown. `UNKNOWN`: LiveKit itself did not answer as it should."""

    ANSWERED = auto()
    SILENT = auto()
    UNKNOWN = auto()


@dataclass(kw_only=True)
class LiveKit:
    """One LiveKit deployment."""

    url: str
    key: str
    secret: str
    looks: Looks
    session: aiohttp.ClientSession

    def __post_init__(self) -> None:
        self._api = api.LiveKitAPI(self.url, self.key, self.secret, session=self.session)
        self._twirp = TwirpClient(self.session, self.url, "livekit", failover=False)

    async def rooms(self) -> dict[str, str]:
        """Ids of all rooms by their names."""
        return {room.name: room.sid for room in (await self._api.room.list_rooms(api.ListRoomsRequest())).rooms}

    async def participants(self, room: str) -> list[ParticipantInfo]:
        """All participants of a room that have not left."""
        listed = await self._api.room.list_participants(api.ListParticipantsRequest(room=room))
        return [p for p in listed.participants if p.state != ParticipantInfo.State.DISCONNECTED]

    async def dispatches(self, room: str) -> tuple[Dispatch, ...]:
        """The agents that were asked for in a room."""
        return tuple(_dispatch(found) for found in await self._api.agent_dispatch.list_dispatch(room))

    async def ping(self, room: str, identity: str) -> Answer:
        """Whether the process behind a participant still answers on its data channel.

        LiveKit lists the participant of a killed process for another 20 s (seen on v1.13.5: ICE fails after 15 s);
        this shows it within `answer` seconds.
        """
        request = PerformRpcRequest(
            room=room,
            destination_identity=identity,
            method=PING,
            response_timeout_ms=round(self.looks.answer * 1000),
        )
        try:
            await self._twirp.request(
                "RoomService", "PerformRpc", request, self._authorization(room), PerformRpcResponse
            )
        except api.ServerError as error:
            return _answer(error.message)
        except (aiohttp.ClientError, TimeoutError):
            return Answer.UNKNOWN
        return Answer.ANSWERED

    async def redispatch(self, room: str, action: Redispatch) -> bool:
        """Marks the caller, removes what is left of the old agents, and asks for new ones. False: it was marked.

        The mark comes first: a replica that takes over in the middle of it ends the call rather than dispatching twice.
        It may not arrive later than the other replica can take the lease.
        """
        caller = api.RoomParticipantIdentity(room=room, identity=action.caller)
        mark = api.UpdateParticipantRequest(
            room=room, identity=action.caller, attributes={REDISPATCHED: f"{time.time():.3f}"}
        )
        async with asyncio.timeout(CLOCK_MARGIN_SECONDS):
            if REDISPATCHED in (await self._api.room.get_participant(caller)).attributes:
                return False
            await self._api.room.update_participant(mark)
        for identity in action.old_identities:
            await _if_there(
                self._api.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))
            )
        for dispatch in action.old_dispatches:
            await _if_there(self._api.agent_dispatch.delete_dispatch(dispatch, room))
        for wanted in action.wanted:
            await self._api.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(
                    room=room,
                    agent_name=wanted.agent_name,
                    metadata=wanted.metadata,
                    attributes=dict(wanted.attributes),
                    deployment=wanted.deployment,
                )
            )
        return True

    async def hang_up(self, room: str) -> None:
        """Ends the call: LiveKit SIP sends BYE, or a final response, when its room is deleted."""
        await _if_there(self._api.room.delete_room(api.DeleteRoomRequest(room=room)))

    def _authorization(self, room: str) -> dict[str, str]:
        grants = api.VideoGrants(room_admin=True, room=room)
        token = api.AccessToken(self.key, self.secret).with_grants(grants).to_jwt()
        return {"Authorization": f"Bearer {token}"}


def room_of(name: str, participants: list[ParticipantInfo], dispatches: tuple[Dispatch, ...], silent: set[str]) -> Room:
    """A room for `decide`. `silent` are identities that have stopped answering."""
    names = {identity: d.agent_name for d in dispatches for identity in d.identities}
    of_kind = ParticipantInfo.Kind
    return Room(
        name=name,
        callers=tuple(_caller(p) for p in participants if p.kind == of_kind.SIP),
        people=sum(
            p.kind not in {of_kind.SIP, of_kind.AGENT, of_kind.EGRESS} and p.permission.can_publish
            for p in participants
        ),
        agents=tuple(
            Agent(
                identity=p.identity,
                name=p.attributes.get(AGENT_NAME, names.get(p.identity, "")),
                joined_at=_joined_at(p),
                has_audio=has_audio(p),
                responds=p.identity not in silent,
            )
            for p in participants
            if p.kind == of_kind.AGENT
        ),
        dispatches=dispatches,
    )


def has_audio(participant: ParticipantInfo) -> bool:
    """Whether it has published audio, muted or not."""
    return any(track.type == TrackType.AUDIO for track in participant.tracks)


def _caller(participant: ParticipantInfo) -> Caller:
    attributes = participant.attributes
    mark = attributes.get(REDISPATCHED)
    outbound = not attributes.get(RULE)
    return Caller(
        identity=participant.identity,
        joined_at=_joined_at(participant),
        in_call=not (outbound and attributes.get(CALL_STATUS) in RINGING),
        redispatched_at=float(mark) if mark else None,
    )


def _joined_at(participant: ParticipantInfo) -> float:
    return participant.joined_at_ms / 1000 or float(participant.joined_at)


def _dispatch(found: AgentDispatch) -> Dispatch:
    identities = (job.state.participant_identity for job in found.state.jobs)
    return Dispatch(
        id=found.id,
        agent_name=found.agent_name,
        metadata=found.metadata,
        attributes=dict(found.attributes),
        deployment=found.deployment,
        identities=tuple(identity for identity in identities if identity),
    )


def _answer(message: str) -> Answer:
    code = re.search(r"RpcError (\d+)", message)
    if code is not None:
        return Answer.SILENT if code[1] in UNANSWERED else Answer.ANSWERED
    # The peer connection is gone, and its participant is about to be.
    return Answer.SILENT if "transport failure" in message else Answer.UNKNOWN


async def _if_there(request: Awaitable[object]) -> None:
    """Waits for a request that removes something; it may be gone already."""
    try:
        await request
    except api.ServerError as error:
        if error.code != "not_found":
            raise
