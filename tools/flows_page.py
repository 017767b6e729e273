"""Writes docs/flows.md: which flows the cluster's policies admit.

    python -m tools.flows_page

The flows are data (settings/flows.py); this is their table. Exit status: 0 written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from settings.flows import FLOWS, Flow
from settings.ports import Ports

PROJECT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = PROJECT / "docs" / "flows.md"

INTRODUCTION: Final = """\
# Flows in the cluster

`make flows` writes this page from [settings/flows.py](../settings/flows.py). Do not edit it.

In every namespace of the platform a policy denies what comes in and what goes out; beside it stand the flows below,
each at both of its ends where both are ours. They become `NetworkPolicy` objects, and `CiliumNetworkPolicy` where an
end is a node or the API server, which Kubernetes' own policies cannot name.

What policies do not do:

- **Pods on the network of their nodes (`… on nodes`: FreeSWITCH, LiveKit, LiveKit SIP) are covered by none.** Their
  ports are the business of the subnets' security groups (`components/network/security.py`). As a peer such a pod is its
  node: who admits one admits every pod on the network of any node.
- A pod's own node always reaches it: kubelets probe.
- `the internet` is every address but private ones, Azure's own of the machine (168.63.129.16) and 169.254.0.0/16, with
  which goes the service that gives a node's identity away. Which names are meant is not told: policies on names need
  Advanced Container Networking Services.
- `anyone` is the world and the cluster; who gets as far as that is told by the load balancer's security group.

Not in the table, for they follow from other tables: the Gateway reaches the services that `gateway.routes` name, at any
TCP port of the pods in their namespace; the SIP edge reaches the registrars of carriers at their ports; who reads
metrics (Azure's agent or Prometheus, by `metrics.backend`) reaches each target of
[settings/scrape_targets.py](../settings/scrape_targets.py) and the ports of workloads that tell theirs.

Services of your own in `voice-apps` have the flows of `all-pods` there; what else they need they state themselves, as
`NetworkPolicy` objects. Policies add up: yours can open, not close.

With the mesh on, pods that have a sidecar take mutual TLS only, but on the ports that somebody outside the mesh reaches
by this table, and where a route leads: there the pods of the Service bear its name as label `app.kubernetes.io/name`
and listen on its port. Where the called speaks first (FreeSWITCH waits for the agent) the port is plain for everybody.
"""


def render(flows: Iterable[Flow]) -> str:
    """The page, in Markdown."""
    return INTRODUCTION + "\n" + "\n".join(_table(flows)) + "\n"


def _table(flows: Iterable[Flow]) -> Iterator[str]:
    yield "| from | to | ports | why | when |"
    yield "| --- | --- | --- | --- | --- |"
    for flow in flows:
        cells = (str(flow.source), str(flow.target), _ports(flow), flow.reason, flow.when.text)
        yield "| " + " | ".join(cells) + " |"


def _ports(flow: Flow) -> str:
    return ", ".join(f"{port}/{port.protocol.lower()}" if isinstance(port, Ports) else port for port in flow.ports)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (default: %(default)s)")
    options: Any = parser.parse_args(arguments)
    options.page.write_text(render(FLOWS))
    print(options.page)


if __name__ == "__main__":
    main()
