"""Configuration from environment variables, which the image's `README.md` lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_watch.decisions import Limits
from agent_watch.lease import SERVICE_ACCOUNT, LeaseArgs


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Intervals, seconds: `every` between two checks of a room, `answer` for the response to a ping."""

    every: float
    answer: float


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Addresses, credentials and limits of the watcher."""

    livekit_url: str
    api_key: str
    api_secret: str
    address: str
    webhook_port: int
    metrics_port: int
    looks: Looks
    limits: Limits
    lease: LeaseArgs


def configuration(variables: Mapping[str, str]) -> Configuration:
    """Reads the configuration. Raises `KeyError` for a missing variable, `OSError` for a missing secret."""
    secrets = Path(variables["SECRETS"])
    return Configuration(
        livekit_url=variables["LIVEKIT_URL"].replace("ws", "http", 1),
        api_key=(secrets / variables["API_KEY_NAME"]).read_text().strip(),
        api_secret=(secrets / variables["API_SECRET_NAME"]).read_text().strip(),
        address=variables.get("LISTEN_ADDRESS", "0.0.0.0"),
        webhook_port=int(variables["WEBHOOK_PORT"]),
        metrics_port=int(variables["METRICS_PORT"]),
        looks=Looks(every=float(variables["LOOK_SECONDS"]), answer=float(variables["ANSWER_SECONDS"])),
        limits=Limits(
            accept=float(variables["ACCEPT_SECONDS"]),
            track=float(variables["TRACK_SECONDS"]),
            leave=float(variables["LEAVE_SECONDS"]),
            second_try=float(variables["SECOND_TRY_SECONDS"]),
            abandoned=float(variables["ABANDONED_SECONDS"]),
        ),
        lease=LeaseArgs(
            url=f"https://{variables['KUBERNETES_SERVICE_HOST']}:{variables['KUBERNETES_SERVICE_PORT']}",
            namespace=variables["NAMESPACE"],
            name=variables["LEASE"],
            holder=variables["POD_NAME"],
            duration=float(variables["LEASE_SECONDS"]),
            account=Path(variables.get("SERVICE_ACCOUNT", SERVICE_ACCOUNT)),
        ),
    )
