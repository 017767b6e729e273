"""The role of agent-watch on a real Kubernetes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from agent_watch.lease import Lease, LeaseArgs, kubernetes_session
from azure_rehearsal.kubernetes.cluster import Key, Object
from azure_rehearsal.kubernetes.real.real_clusters import RunningCluster
from tests.charts.rendering import rendered
from tests.charts.workloads import values_of
from tests.cluster.conftest import Deployed

pytestmark = pytest.mark.cluster

NAMESPACE = "voice-agents"
ACCESS = ("ServiceAccount", "Lease", "Role", "RoleBinding")


@pytest.fixture
def account(staging: Deployed, tmp_path: Path) -> Iterator[Path]:
    """The files of the ServiceAccount as in a pod, with its permissions."""
    cluster, plane = staging.cluster, staging.cluster.plane
    chart = rendered("agent-watch", values_of("agent-watch", "minimal"), NAMESPACE)
    access = [item for item in chart if item["kind"] in ACCESS]
    for item in access:
        cluster.apply(item, "test")
    request: Object = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/agent-watch/token"
    made = plane.client().request("POST", path, body=request)
    (tmp_path / "token").write_text(made["status"]["token"])
    (tmp_path / "ca.crt").write_text(plane.certificates.authority.certificate.read_text())
    yield tmp_path
    for item in access:
        cluster.delete(Key.of(item))


def lease_of(cluster: RunningCluster, account: Path, holder: str, session: aiohttp.ClientSession) -> Lease:
    args = LeaseArgs(
        url=cluster.plane.server,
        namespace=NAMESPACE,
        name="agent-watch",
        holder=holder,
        duration=3,
        renew=0.5,
        account=account,
    )
    return Lease(args=args, session=session)


def test_the_role_allows_only_the_lease_and_one_replica_holds_it(staging: Deployed, account: Path) -> None:
    async def run() -> None:
        async with kubernetes_session(account) as session:
            first, second = (lease_of(staging.cluster, account, name, session) for name in ("one", "two"))
            tasks = [asyncio.create_task(lease.keep()) for lease in (first, second)]
            await until(lambda: first.held() or second.held())
            await asyncio.sleep(4)
            assert [first.held(), second.held()].count(True) == 1
            holder, other = (first, second) if first.held() else (second, first)
            tasks[0 if holder is first else 1].cancel()
            await holder.release()
            await until(other.held)
            tasks[1 if holder is first else 0].cancel()
            await other.release()
            assert await status(session, "GET", "leases") == 403
            assert await status(session, "GET", "leases/other") == 403
            assert await status(session, "DELETE", "leases/agent-watch") == 403

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.1)

    async def status(session: aiohttp.ClientSession, method: str, path: str) -> int:
        url = f"{staging.cluster.plane.server}/apis/coordination.k8s.io/v1/namespaces/{NAMESPACE}/{path}"
        headers = {"Authorization": f"Bearer {(account / 'token').read_text()}"}
        async with session.request(method, url, headers=headers) as response:
            return response.status

    asyncio.run(run())
