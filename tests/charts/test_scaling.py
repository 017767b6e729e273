"""Workloads scale with calls."""

from __future__ import annotations

import pytest

from model.capacity import region_capacity
from settings.schema.aks import MediaPool
from tests.charts.workloads import PROMETHEUS, WORKLOADS, objects, settings_of, values_of

SCALED = {"freeswitch": "sip", "livekit-sip": "sip", "livekit": "livekit", "voice-agent": "agents"}


@pytest.mark.requirement("B73")
@pytest.mark.parametrize("chart", SCALED)
def test_pods_scale_with_calls_and_nodes_with_pods(chart: str) -> None:
    settings = settings_of("prod")
    workload = next(w for w in WORKLOADS if w.chart == chart)
    found = objects(workload, values_of(chart, "prod"))
    (scaler,) = [item for item in found if item["kind"] == "ScaledObject"]
    spec = scaler["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": chart}
    assert spec["minReplicaCount"] < spec["maxReplicaCount"]
    (trigger,) = spec["triggers"]
    assert trigger["metadata"]["serverAddress"] == PROMETHEUS
    # Scale up early: there must be room for calls while the next node starts.
    threshold = float(trigger["metadata"]["threshold"])
    if chart == "voice-agent":
        (config,) = [item for item in found if item["kind"] == "ConfigMap"]
        assert trigger["metadata"]["query"] == "sum(lk_agents_worker_load)"
        assert 0 < threshold < float(config["data"]["VOICE_LOAD_THRESHOLD"])
    else:
        assert 0 < threshold < region_capacity(settings).calls_per_pod(chart)
    media: dict[str, MediaPool] = {**settings.aks.media_pools}
    pool = media.get(SCALED[chart])
    if pool is not None:
        zones = len(settings.aks.zones)
        bounds = (pool.min_nodes_per_zone * zones, pool.max_nodes_per_zone * zones)
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == bounds
