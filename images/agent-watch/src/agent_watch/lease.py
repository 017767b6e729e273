"""A Kubernetes Lease, held by at most one replica.

Determines when this replica may act. Does not create the object: the chart does, so the Role need not allow creating
leases.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import aiohttp

LOG: Final = logging.getLogger(__name__)
SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CLOCK_MARGIN_SECONDS: Final = 1.0
"""A holder stops acting this long before others may take the lease: the maximum time for an action to arrive."""

Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class LeaseArgs:
    """`duration` is the time until others can take the lease from a holder that stopped renewing. `renew` is the
    interval of renewals and of the others' checks, and the timeout of a request. Both in seconds.
    """

    url: str
    namespace: str
    name: str
    holder: str
    duration: float = 5.0
    renew: float = 1.0
    account: Path = SERVICE_ACCOUNT


@dataclass(kw_only=True)
class Lease:
    """Takes the lease when it is free, renews it, and reports whether this replica still holds it."""

    args: LeaseArgs
    session: aiohttp.ClientSession
    _holds_until: float = field(default=0.0, init=False)
    _seen: str = field(default="", init=False)
    _seen_at: float = field(default=0.0, init=False)

    def held(self) -> bool:
        """Whether this replica may act now."""
        return time.monotonic() < self._holds_until

    async def keep(self) -> None:
        """Takes and renews the lease until it is cancelled."""
        while True:
            started = time.monotonic()
            before = self.held()
            try:
                await self._try(started)
            except (aiohttp.ClientError, TimeoutError) as error:
                LOG.warning("lease %s cannot be read or renewed: %s", self.args.name, _short(error))
            if self.held() != before:
                LOG.info("%s the lease %s", "holds" if self.held() else "lost", self.args.name)
            await asyncio.sleep(max(0.0, started + self.args.renew - time.monotonic()))

    async def release(self) -> None:
        """Lets the other replica take over at once."""
        if not self.held():
            return
        self._holds_until = 0.0
        try:
            lease = await self._request("GET")
            if (lease.get("spec") or {}).get("holderIdentity") == self.args.holder:
                await self._put(lease, holder="")
        except (aiohttp.ClientError, TimeoutError) as error:
            LOG.warning("lease %s is not released: %s", self.args.name, _short(error))

    async def _try(self, started: float) -> None:
        lease = await self._request("GET")
        version = lease["metadata"]["resourceVersion"]
        if version != self._seen:
            # Time of the change on this replica's own clock: the clocks of two nodes can differ.
            self._seen, self._seen_at = version, time.monotonic()
        spec = lease.get("spec") or {}
        holder = spec.get("holderIdentity") or ""
        expired = time.monotonic() > self._seen_at + float(spec.get("leaseDurationSeconds") or 0)
        if holder not in {"", self.args.holder} and not expired:
            self._holds_until = 0.0
            return
        try:
            await self._put(lease, holder=self.args.holder)
        except aiohttp.ClientResponseError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
            # The other replica was faster.
            self._holds_until = 0.0
            return
        self._holds_until = started + self.args.duration - CLOCK_MARGIN_SECONDS

    async def _put(self, lease: Object, holder: str) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = dict(lease.get("spec") or {})
        if spec.get("holderIdentity") != holder:
            spec |= {"acquireTime": now, "leaseTransitions": int(spec.get("leaseTransitions") or 0) + 1}
        spec |= {"holderIdentity": holder, "renewTime": now, "leaseDurationSeconds": round(self.args.duration)}
        await self._request("PUT", {**lease, "spec": spec})

    async def _request(self, method: str, body: Object | None = None) -> Object:
        args = self.args
        url = f"{args.url}/apis/coordination.k8s.io/v1/namespaces/{args.namespace}/leases/{args.name}"
        # Kubernetes rotates the token file.
        token = (args.account / "token").read_text().strip()
        async with self.session.request(
            method,
            url,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=args.renew),
            raise_for_status=True,
        ) as response:
            return await response.json()


def kubernetes_session(account: Path = SERVICE_ACCOUNT) -> aiohttp.ClientSession:
    """Returns a session that trusts only the cluster's own certificate authority."""
    trust = ssl.create_default_context(cafile=str(account / "ca.crt"))
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust))


def _short(error: Exception) -> str:
    return f"status {error.status}" if isinstance(error, aiohttp.ClientResponseError) else type(error).__name__
