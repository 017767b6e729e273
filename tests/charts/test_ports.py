"""`settings/ports.py` is the single source of ports; the charts have the same defaults."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml

from settings.ports import Ports, public_host_ports
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

MEDIA_POOLS = {"sip": ("freeswitch", "livekit-sip"), "livekit": ("livekit",)}


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
@pytest.mark.parametrize("pool", MEDIA_POOLS)
def test_pods_on_the_same_node_use_different_ports(stack: str, pool: str) -> None:
    found = [port for chart in MEDIA_POOLS[pool] for port in listening(stack, chart)]
    for protocol in ("Tcp", "Udp"):
        ordered = sorted((p for p in found if p.protocol == protocol), key=lambda p: p.first)
        assert ordered
        for one, other in pairwise(ordered):
            assert not one.overlaps(other), f"{one} and {other} {protocol}"


@pytest.mark.parametrize("stack", STACKS)
def test_allowed_host_ports_match_listening_ports(stack: str) -> None:
    rtp = settings_of(stack).telephony.rtp_ports.ports
    for pool, charts in MEDIA_POOLS.items():
        open_ports = [port for chart in charts for port in listening(stack, chart)]
        for port in public_host_ports(pool, rtp):
            covered = {
                number
                for own in open_ports
                if own.protocol == port.protocol
                for number in range(max(own.first, port.first), min(own.last, port.last) + 1)
            }
            assert len(covered) == port.last - port.first + 1, f"{pool}: nothing listens on all of {port}"
