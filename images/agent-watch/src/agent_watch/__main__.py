"""Runs the watcher until SIGTERM, which releases the lease."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import Final

import aiohttp
from aiohttp import web

from agent_watch.configuration import Configuration, configuration
from agent_watch.counters import Counters
from agent_watch.lease import Lease, kubernetes_session
from agent_watch.livekit_rooms import REQUEST_SECONDS, LiveKit
from agent_watch.watcher import Watcher
from agent_watch.web import health, webhooks

LOG: Final = logging.getLogger(__name__)
CONNECTIONS: Final = 1000
"""Maximum connections to LiveKit. An unanswered ping occupies one for a second, and many agents can die together."""


async def run(wanted: Configuration) -> None:
    """Watches until SIGTERM or SIGINT."""
    counters = Counters()
    timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=timeout) as session,
        kubernetes_session(wanted.lease.account) as kubernetes,
    ):
        livekit = LiveKit(
            url=wanted.livekit_url, key=wanted.api_key, secret=wanted.api_secret, looks=wanted.looks, session=session
        )
        lease = Lease(args=wanted.lease, session=kubernetes)
        watcher = Watcher(livekit=livekit, lease=lease, looks=wanted.looks, limits=wanted.limits, counters=counters)
        servers = [
            await _serve(webhooks(watcher, counters, wanted.api_key, wanted.api_secret), wanted, wanted.webhook_port),
            await _serve(health(counters), wanted, wanted.metrics_port),
        ]
        LOG.info("watches as %s", wanted.lease.holder)
        work = [asyncio.create_task(lease.keep()), asyncio.create_task(watcher.run())]
        stop = asyncio.create_task(_stop())
        # A task that ends on its own has failed: the process exits with its error, and Kubernetes restarts it.
        done, _ = await asyncio.wait([*work, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in work:
            task.cancel()
        await asyncio.wait(work)
        await lease.release()
        for server in servers:
            await server.cleanup()
        for task in done:
            task.result()


async def _serve(application: web.Application, wanted: Configuration, port: int) -> web.AppRunner:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, wanted.address, port).start()
    return runner


async def _stop() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()


def main() -> int:
    """Entry point."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout)
    asyncio.run(run(configuration(os.environ)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
