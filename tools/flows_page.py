"""`voice flows`: docs/flows.md, the flows that the cluster's network policies admit.

The flows are data (model/flows.py). The page also shows the results of the tests on a live cluster
(docs/flows.staging.yaml).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from model.flows import FLOWS, Flow
from model.ports import Ports
from tools.generated_files import Check, write_or_check

PROJECT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = PROJECT / "docs" / "flows.md"
STAGING: Final = PROJECT / "docs" / "flows.staging.yaml"
"""The results of tests/cluster/test_network_policies.py: the tested endpoints and the open connections."""

INTRODUCTION: Final = """\
# Flows in the cluster

`voice flows` writes this page from [model/flows.py](../model/flows.py) and from the results of the tests on a
live cluster, [flows.staging.yaml](flows.staging.yaml). Do not edit it.
`make test-cluster ARGS="--write-pages -k flows"` renews both.

In every namespace of the platform, a policy denies all ingress and egress. Further policies admit the flows below, at
each end that is a pod of ours. They are `NetworkPolicy` objects, and `CiliumNetworkPolicy` objects if an end is a node
or the API server, which a `NetworkPolicy` cannot name.

Limits of these policies:

- **No policy applies to pods on the host network (`… on nodes`: FreeSWITCH, LiveKit, LiveKit SIP).** The security
  groups of the subnets protect their ports (`components/network/security.py`). As a peer, such a pod is identical to
  its node: a policy that admits one admits every host-network pod of any node.
- A pod's own node always reaches the pod, because the kubelet probes it.
- `the internet` is every address except private ones, Azure's machine address (168.63.129.16) and 169.254.0.0/16, which
  includes the service that issues a node's identity. The policies do not restrict DNS names: that needs Advanced
  Container Networking Services.
- `anyone` is the world and the cluster. The load balancer's security group decides which sources reach it. Pods in the
  platform's namespaces also need an egress flow of their own.

Three sets of flows are not in the table because they follow from other tables. The Gateway reaches the Services in
`gateway.routes`, at any TCP port of the pods in their namespaces. The SIP edge reaches the carriers' registrars at
their ports. The reader of metrics (Azure's agent or Prometheus, by `metrics.backend`) reaches each target of
[model/scrape_targets.py](../model/scrape_targets.py) and the metrics ports that workloads declare.

Your own Services in `voice-apps` have the flows of `all-pods` in that namespace. Declare any further flow as a
`NetworkPolicy` object. Policies are additive: yours can open a flow, not close one.

With the mesh on, pods with a sidecar accept only mutual TLS, with two exceptions. A port that this table opens to a
peer outside the mesh accepts plain connections. So does a port that a route leads to: there, the Service's pods have
its name as the label `app.kubernetes.io/name` and listen on its port. If the server speaks first (FreeSWITCH waits for
the agent), the port is plain for all peers.

## Admitted flows

"""

RESULTS: Final = """
## Open connections in staging

A test deployed staging to a real Kubernetes. It evaluated the policies for each pair of endpoints below, on every port
that a flow names, on the adjacent ports and on some ports that no flow names. The table lists every connection that the
policies admit. The test skipped pairs in which neither end is a pod of the platform.

"""

ENDPOINTS: Final = """
The tested endpoints, and how the test found each one. If a whole group has the same flows, the table names the group.

"""


def render(flows: Iterable[Flow], staging: Mapping[str, Any]) -> str:
    """The page, in Markdown. `staging` is the content of the file with the results."""
    tables = (
        (INTRODUCTION, ("from", "to", "ports", "reason", "condition"), _flows(flows)),
        (RESULTS, ("from", "to", "ports", "reason"), _open(staging["open"])),
        (
            ENDPOINTS,
            ("found by", "endpoints"),
            ((found, ", ".join(names)) for found, names in staging["asked"].items()),
        ),
    )
    return "".join(text + "\n".join(_table(header, rows)) + "\n" for text, header, rows in tables)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] * len(header), *rows):
        yield "| " + " | ".join(row) + " |"


def _flows(flows: Iterable[Flow]) -> Iterator[Sequence[str]]:
    for flow in flows:
        yield str(flow.source), str(flow.target), _ports(flow), flow.reason, flow.when.text


def _open(rows: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    for row in rows:
        yield ", ".join(row["from"]), ", ".join(row["to"]), ", ".join(row["ports"]), row["why"]


def _ports(flow: Flow) -> str:
    return ", ".join(f"{port}/{port.protocol.lower()}" if isinstance(port, Ports) else port for port in flow.ports)


def page() -> str:
    """The page of the committed flows and the committed results."""
    return render(FLOWS, yaml.safe_load(STAGING.read_text()))


def texts() -> dict[Path, str]:
    """The page's file and its text."""
    return {PAGE: page()}


def main(check: Check = False) -> None:
    """Writes docs/flows.md: the flows that policies admit.

    Sources: model/flows.py, and docs/flows.staging.yaml with the results of the tests on a live cluster.

    Example: `voice flows`

    Exit codes: 0 up to date or written, 1 out of date (--check), 2 wrong usage.
    """
    write_or_check("flows", texts(), check=check)
