"""`model/ports.py` is the single source of ports; the charts have the same defaults."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml

from model.pools import MEDIA_POOLS, Pool
from model.ports import Ports
from model.workloads import media_workloads, public_ports
from tests.charts.rendering import CHARTS
from tests.charts.workloads import (
    DEPLOYMENTS,
    STACKS,
    WORKLOADS,
    Workload,
    containers,
    objects,
    pod_templates,
    settings_of,
    values_of,
)

CHARTS_ON = {pool: [known.name for known in media_workloads(pool)] for pool in MEDIA_POOLS}


@pytest.mark.parametrize("workload", DEPLOYMENTS, ids=lambda w: w.chart)
def test_default_ports_of_charts_match_the_platform(workload: Workload) -> None:
    own = yaml.safe_load((CHARTS / workload.chart / "values.yaml").read_text())["ports"]
    assert own == values_of(workload.chart, "staging")["ports"]


def listening(stack: str, chart: str) -> list[Ports]:
    """The host ports of a media pod: its container ports and RTP ranges."""
    workload = next(w for w in WORKLOADS if w.chart == chart)
    values = values_of(chart, stack)
    found = []
    for _, template in pod_templates(objects(workload, values)):
        for container in containers(template):
            for port in container.get("ports", []):
                if "hostPort" in port:
                    number = port["hostPort"]
                    found.append(Ports(number, number, port["protocol"].capitalize()))
    for first, last in (("rtpFirst", "rtpLast"), ("relayFirst", "relayLast")):
        if first in values["ports"]:
            found.append(Ports(values["ports"][first], values["ports"][last], "Udp"))
    return found


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("pool", MEDIA_POOLS, ids=lambda pool: pool.name)
def test_pods_that_share_a_node_share_no_port(stack: str, pool: Pool) -> None:
    found = [port for chart in CHARTS_ON[pool] for port in listening(stack, chart)]
    for protocol in ("Tcp", "Udp"):
        ordered = sorted((p for p in found if p.protocol == protocol), key=lambda p: p.first)
        assert ordered
        for one, other in pairwise(ordered):
            assert not one.overlaps(other), f"{one} and {other} {protocol}"


@pytest.mark.parametrize("stack", STACKS)
def test_what_the_node_pools_let_in_is_what_pods_listen_on(stack: str) -> None:
    for pool, charts in CHARTS_ON.items():
        open_ports = [port for chart in charts for port in listening(stack, chart)]
        for port in public_ports(pool, settings_of(stack).telephony):
            covered = {
                number
                for own in open_ports
                if own.protocol == port.protocol
                for number in range(max(own.first, port.first), min(own.last, port.last) + 1)
            }
            assert len(covered) == port.last - port.first + 1, f"{pool.name}: nothing listens on all of {port}"
