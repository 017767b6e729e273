"""Writes docs/flows.md: which flows the cluster's policies admit.

    python -m tools.flows_page

The flows are data (model/flows.py); this is their table. Beside it stands what the tests of a live cluster found to
be open in staging (docs/flows.staging.yaml). Exit status: 0 written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from model.flows import FLOWS, Flow
from model.ports import Ports

PROJECT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = PROJECT / "docs" / "flows.md"
STAGING: Final = PROJECT / "docs" / "flows.staging.yaml"
"""What tests/cluster/test_network_policies.py found: whom it asked, and what is open."""

INTRODUCTION: Final = """\
# Flows in the cluster

`make flows` writes this page from [model/flows.py](../model/flows.py) and, for the table of staging, from
[flows.staging.yaml](flows.staging.yaml). Do not edit it. `make test-cluster ARGS="--write-pages -k flows"` renews both.

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
- `anyone` is the world and the cluster; who gets as far as that is told by the load balancer's security group. Pods of
  the platform's namespaces want a flow of their own to leave them.

Not in the table, for they follow from other tables: the Gateway reaches the services that `gateway.routes` name, at any
TCP port of the pods in their namespace; the SIP edge reaches the registrars of carriers at their ports; who reads
metrics (Azure's agent or Prometheus, by `metrics.backend`) reaches each target of
[model/scrape_targets.py](../model/scrape_targets.py) and the ports of workloads that tell theirs.

Services of your own in `voice-apps` have the flows of `all-pods` there; what else they need they state themselves, as
`NetworkPolicy` objects. Policies add up: yours can open, not close.

With the mesh on, pods that have a sidecar take mutual TLS only, but on the ports that somebody outside the mesh reaches
by this table, and where a route leads: there the pods of the Service bear its name as label `app.kubernetes.io/name`
and listen on its port. Where the called speaks first (FreeSWITCH waits for the agent) the port is plain for everybody.

## What a stack can ask for

"""

FOUND: Final = """
## What is open in staging

Staging was deployed to a real Kubernetes, and each of those below was asked whether it may open a connection to each of
the others, on every port that a flow names, on the ports beside them and on some that nobody names. By its policies
exactly this is open; where the platform's pods are neither end, none was asked.

"""

ASKED: Final = """
Who was asked, and how each was found. Where a whole group may do the same, the table names the group.

"""


def render(flows: Iterable[Flow], staging: Mapping[str, Any]) -> str:
    """The page, in Markdown. `staging` has what the file of that name has."""
    tables = (
        (INTRODUCTION, ("from", "to", "ports", "why", "when"), _flows(flows)),
        (FOUND, ("from", "to", "ports", "why"), _open(staging["open"])),
        (ASKED, ("found as", "who"), ((found, ", ".join(names)) for found, names in staging["asked"].items())),
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
    """The page as the committed table and the committed findings make it."""
    return render(FLOWS, yaml.safe_load(STAGING.read_text()))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write (default: %(default)s)")
    options: Any = parser.parse_args(arguments)
    options.page.write_text(page())
    print(options.page)


if __name__ == "__main__":
    main()
