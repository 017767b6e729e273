"""Snapshots of the configuration files: review shows the effect of a change in a chart.

`make test ARGS="tests/charts/test_configuration_snapshots.py --snapshot-update"` accepts the current rendering.
"""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.charts.rendering import rendered
from tests.charts.workloads import KINDS_OF_VALUES, values_of

FILES = {
    "sip-edge": "kamailio.cfg",
    "freeswitch": "freeswitch.xml",
    "livekit": "livekit.yaml",
    "livekit-sip": "sip.yaml",
    "livekit-egress": "egress.yaml",
}


@pytest.mark.parametrize("kind", KINDS_OF_VALUES)
@pytest.mark.parametrize("chart", FILES)
def test_configuration_matches_its_snapshot(chart: str, kind: str, snapshot: SnapshotAssertion) -> None:
    objects = rendered(chart, values_of(chart, kind))
    files = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == chart)["data"]
    assert files[FILES[chart]] == snapshot
