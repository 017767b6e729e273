"""HTTP: LiveKit's webhooks on one port, health and metrics on another.

The probes do not depend on LiveKit, Redis or the lease: a restart repairs none of them, and both replicas accept
webhooks.
"""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import web
from livekit import api

from agent_watch.counters import Counters
from agent_watch.watcher import Watcher

LOG: Final = logging.getLogger(__name__)


def webhooks(watcher: Watcher, counters: Counters, key: str, secret: str) -> web.Application:
    """Accepts signed webhooks. An event only determines which room to check next."""
    receiver = api.WebhookReceiver(api.TokenVerifier(key, secret))

    async def take(request: web.Request) -> web.Response:
        body = await request.text()
        try:
            event = receiver.receive(body, request.headers.get("Authorization", ""))
        except Exception as error:  # noqa: BLE001 - the receiver raises plain `Exception` for a wrong body
            counters.refused_webhooks += 1
            LOG.warning("a webhook is refused: %s", type(error).__name__)
            return web.Response(status=401)
        counters.webhooks += 1
        if event.room.name and event.event != "room_finished":
            watcher.look_at(event.room.name, event.room.sid)
        return web.Response()

    application = web.Application()
    application.router.add_post("/webhook", take)
    return application


def health(counters: Counters) -> web.Application:
    """Readiness and metrics. Liveness is a TCP check of the port."""

    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=counters.text())

    application = web.Application()
    application.router.add_get("/health/ready", ready)
    application.router.add_get("/metrics", metrics)
    return application
