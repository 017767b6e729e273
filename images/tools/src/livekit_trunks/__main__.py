"""`python3 -m livekit_trunks [once]`: compares every SECONDS_BETWEEN seconds, or once.

With `once`, the exit code is 1 if LiveKit refused a request or did not respond.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys

import aiohttp
from livekit import api

from livekit_trunks.configuration import Configuration
from livekit_trunks.reconcile import LOG, reconcile


async def compare(configuration: Configuration) -> bool:
    """Compares once and returns whether it succeeded. Logs a failure without the key or its secret."""
    credentials = configuration.credentials()
    try:
        async with api.LiveKitAPI(configuration.url, credentials.key, credentials.secret) as livekit:
            await reconcile(livekit.sip, configuration.wanted())
    except api.ServerError as error:
        LOG.error("LiveKit refuses a request: HTTP %d, %s %s", error.status, error.code, error.message)
    except (aiohttp.ClientError, TimeoutError) as error:
        LOG.error("LiveKit does not respond at %s: %s", configuration.url, error or type(error).__name__)
    else:
        return True
    return False


async def run(configuration: Configuration) -> None:
    """Compares until SIGTERM. Linux ignores SIGTERM for a container's first process unless the process handles it."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    while not ending.is_set():
        await compare(configuration)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), configuration.seconds)


def main(arguments: list[str]) -> int:
    """Runs the manager."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    configuration = Configuration.of(os.environ)
    if arguments == ["once"]:
        return 0 if asyncio.run(compare(configuration)) else 1
    asyncio.run(run(configuration))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
