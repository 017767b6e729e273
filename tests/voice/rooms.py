"""Rooms and dispatches of a LiveKit server, by livekit-api."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from livekit import api

T = TypeVar("T")


@dataclass(frozen=True)
class Rooms:
    """What tests ask of LiveKit's API. `url` is http:// or ws://."""

    url: str
    key: str
    secret: str

    def call(self, ask: Callable[[api.LiveKitAPI], Awaitable[T]]) -> T:
        """The answer to one request."""

        async def run() -> T:
            async with api.LiveKitAPI(self.url, self.key, self.secret) as server:
                return await ask(server)

        return asyncio.run(run())

    def dispatch(self, room: str, agent: str, metadata: str = "") -> None:
        """Calls an agent by its name into a room, which LiveKit creates where it is missing."""
        request = api.CreateAgentDispatchRequest(room=room, agent_name=agent, metadata=metadata)
        self.call(lambda server: server.agent_dispatch.create_dispatch(request))

    def names(self) -> set[str]:
        """The rooms that are there."""
        found = self.call(lambda server: server.room.list_rooms(api.ListRoomsRequest()))
        return {room.name for room in found.rooms}

    def identities(self, room: str) -> set[str]:
        """The participants of a room."""
        request = api.ListParticipantsRequest(room=room)
        return {who.identity for who in self.call(lambda server: server.room.list_participants(request)).participants}

    def delete(self, room: str) -> None:
        """Ends a room and disconnects its participants."""
        self.call(lambda server: server.room.delete_room(api.DeleteRoomRequest(room=room)))
