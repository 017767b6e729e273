"""The watcher's access to LiveKit's API: contents of rooms, pings of participants, and the two actions.

Identities of callers can contain telephone numbers: this module never logs them.
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
"""Attribute that LiveKit sets on agents (`AgentNameAttributeKey` in livekit-server pkg/agent/worker.go)."""
CALL_STATUS, RULE = "sip.callStatus", "sip.ruleID"
"""Attributes that LiveKit SIP sets on callers; only inbound calls have a rule."""
RINGING: Final = frozenset({"dialing", "ringing"})
REDISPATCHED: Final = "voice.redispatched"
"""Attribute that the watcher sets on the caller: time of the re-dispatch, seconds since the epoch."""
PING: Final = "voice.ping"
"""Method of the remote call. Agents need not implement it: LiveKit's client library refuses unknown methods
automatically, which counts as a response.
"""
UNANSWERED: Final = frozenset({"1501", "1502"})
"""Connection timeout and response timeout (`DataChannelRpcErrorCode` in livekit/protocol)."""
REQUEST_SECONDS: Final = 3.0
"""Timeout of a request to LiveKit."""


class Answer(Enum):
    """Result of a ping. `UNKNOWN`: LiveKit itself failed or returned an unexpected response."""

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
        """Returns the ids of all rooms by name."""
        return {room.name: room.sid for room in (await self._api.room.list_rooms(api.ListRoomsRequest())).rooms}

    async def participants(self, room: str) -> list[ParticipantInfo]:
        """Returns all participants of a room that have not left."""
        listed = await self._api.room.list_participants(api.ListParticipantsRequest(room=room))
        return [p for p in listed.participants if p.state != ParticipantInfo.State.DISCONNECTED]

    async def dispatches(self, room: str) -> tuple[Dispatch, ...]:
        """Returns the agent dispatches of a room."""
        return tuple(_dispatch(found) for found in await self._api.agent_dispatch.list_dispatch(room))

    async def ping(self, room: str, identity: str) -> Answer:
        """Checks whether the process of a participant still responds on its data channel.

        LiveKit lists the participant of a killed process for another 20 s (observed on v1.13.5: ICE fails after 15 s);
        the ping detects it within `answer` seconds.
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
        """Marks the caller, removes the old agents and dispatches, and dispatches new agents.

        Returns False if the caller was already marked. The mark comes first, so that a replica that takes over midway
        ends the call instead of dispatching twice. It must arrive before the other replica can take the lease.
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
        """Ends the call: when the room is deleted, LiveKit SIP sends BYE or a final response."""
        await _if_there(self._api.room.delete_room(api.DeleteRoomRequest(room=room)))

    def _authorization(self, room: str) -> dict[str, str]:
        grants = api.VideoGrants(room_admin=True, room=room)
        token = api.AccessToken(self.key, self.secret).with_grants(grants).to_jwt()
        return {"Authorization": f"Bearer {token}"}


def room_of(name: str, participants: list[ParticipantInfo], dispatches: tuple[Dispatch, ...], silent: set[str]) -> Room:
    """Builds a room for `decide`. `silent` contains the identities that have stopped responding."""
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
    """Returns whether the participant has published audio, muted or not."""
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
    # The peer connection is closed; LiveKit will remove the participant soon.
    return Answer.SILENT if "transport failure" in message else Answer.UNKNOWN


async def _if_there(request: Awaitable[object]) -> None:
    """Awaits a request that removes an object; ignores an object that no longer exists."""
    try:
        await request
    except api.ServerError as error:
        if error.code != "not_found":
            raise
