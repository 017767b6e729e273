"""Rooms and dispatches of a LiveKit server, through livekit-api."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from livekit import api

T = TypeVar("T")


@dataclass(frozen=True)
class Rooms:
    """The requests of tests to LiveKit's API. `url` is http:// or ws://."""

    url: str
    key: str
    secret: str

    def call(self, ask: Callable[[api.LiveKitAPI], Awaitable[T]]) -> T:
        """Sends one request and returns the response."""

        async def run() -> T:
            async with api.LiveKitAPI(self.url, self.key, self.secret) as server:
                return await ask(server)

        return asyncio.run(run())

    def dispatch(self, room: str, agent: str, metadata: str = "") -> None:
        """Dispatches an agent by name to a room, which LiveKit creates if it is missing."""
        request = api.CreateAgentDispatchRequest(room=room, agent_name=agent, metadata=metadata)
        self.call(lambda server: server.agent_dispatch.create_dispatch(request))

    def names(self) -> set[str]:
        """The names of the rooms."""
        found = self.call(lambda server: server.room.list_rooms(api.ListRoomsRequest()))
        return {room.name for room in found.rooms}

    def identities(self, room: str) -> set[str]:
        """The identities of a room's participants."""
        request = api.ListParticipantsRequest(room=room)
        return {who.identity for who in self.call(lambda server: server.room.list_participants(request)).participants}

    def delete(self, room: str) -> None:
        """Ends a room and disconnects its participants."""
        self.call(lambda server: server.room.delete_room(api.DeleteRoomRequest(room=room)))

    def call_out(self, room: str, number: str) -> Future[api.SIPParticipantInfo]:
        """Calls a number from a room through the only outbound trunk. The result is available after the answer.

        Its `result` raises `api.SipCallError` if the call is not answered.
        """

        async def ask(server: api.LiveKitAPI) -> api.SIPParticipantInfo:
            (trunk,) = (await server.sip.list_outbound_trunk(api.ListSIPOutboundTrunkRequest())).items
            request = api.CreateSIPParticipantRequest(
                sip_trunk_id=trunk.sip_trunk_id, sip_call_to=number, room_name=room,
                participant_identity="called", hide_phone_number=True, wait_until_answered=True,
            )  # fmt: skip
            return await server.sip.create_sip_participant(request)

        pool = ThreadPoolExecutor(1)
        outcome = pool.submit(lambda: self.call(ask))
        pool.shutdown(wait=False)
        return outcome
