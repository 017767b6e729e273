"""The configuration of LiveKit, its SIP bridge and its recorder: known keys, and ports that match the containers.

LiveKit server refuses unknown keys, which `tests/voice` verifies. The other two ignore them silently, so this file
lists the keys of their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from azure_rehearsal.kubernetes.cluster import Object
from azure_rehearsal.kubernetes.helm_charts import ChartError
from settings.loader.stack_file import PROJECT
from tests.charts.rendering import rendered
from tests.charts.workloads import STACKS, WORKLOADS, kinds_of_values, values_of

REDIS_KEYS = {"redis.address", "redis.username", "redis.password", "redis.use_tls"}
"""Source: github.com/livekit/protocol v1.50.5, redis/redis.go, `RedisConfig`."""
KNOWN = {
    # Source: github.com/livekit/sip v1.3.0 and v1.11.0, pkg/config/config.go, `Config`; `logging` is protocol's
    # logger/config.go, `Config`.
    "livekit-sip": REDIS_KEYS
    | {
        "api_key", "api_secret", "ws_url", "sip_port", "rtp_port", "health_port", "prometheus_port", "listen_ip",
        "nat_1_to_1_ip", "media_nat_1_to_1_ip", "media_timeout", "media_timeout_initial", "max_active_calls",
        "logging.level",
    },
    # Source: github.com/livekit/egress v1.12.0 and v1.14.1, pkg/config/base.go, service.go and storage.go;
    # `storage.azure` is github.com/livekit/storage, config.go, `AzureConfig`.
    "livekit-egress": REDIS_KEYS
    | {
        "api_key", "api_secret", "ws_url", "health_port", "prometheus_port", "logging.level",
        "storage.azure.account_name", "storage.azure.account_key", "storage.azure.container_name",
        "cpu_cost.room_composite_cpu_cost", "cpu_cost.web_cpu_cost", "cpu_cost.participant_cpu_cost",
    },
}  # fmt: skip
FILES = {"livekit": "livekit.yaml", "livekit-sip": "sip.yaml", "livekit-egress": "egress.yaml"}
CASES = [
    pytest.param(workload.chart, kind, id=f"{workload.chart}-{kind}")
    for workload in WORKLOADS
    if workload.chart in FILES
    for kind in kinds_of_values(workload)
]


def configuration(objects: list[Object], chart: str) -> dict[str, Any]:
    """The file in the ConfigMap, with unresolved variables."""
    files = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == chart)["data"]
    return yaml.safe_load(files[FILES[chart]])


def paths(node: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted path of every key with a value."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from paths(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


@pytest.mark.parametrize(("chart", "kind"), [case for case in CASES if case.values[0] in KNOWN])
def test_every_key_is_known_to_the_program(chart: str, kind: str) -> None:
    assert set(paths(configuration(rendered(chart, values_of(chart, kind)), chart))) == KNOWN[chart]


@pytest.mark.parametrize(("chart", "kind"), CASES)
def test_container_ports_match_the_configuration(chart: str, kind: str) -> None:
    objects = rendered(chart, values_of(chart, kind))
    read = configuration(objects, chart)
    deployment = next(o for o in objects if o["kind"] == "Deployment" and o["metadata"]["name"] == chart)
    (container,) = [c for c in deployment["spec"]["template"]["spec"]["containers"] if c["name"] == chart]
    stated = {(port["containerPort"], port["protocol"]) for port in container["ports"]}
    if chart == "livekit":
        first, last = map(int, read["rtc"]["udp_port"].split("-"))
        expected = {
            (read["port"], "TCP"),
            (read["prometheus"]["port"], "TCP"),
            (read["rtc"]["tcp_port"], "TCP"),
            *((port, "UDP") for port in range(first, last + 1)),
            (read["turn"]["udp_port"], "UDP"),
            *({(read["turn"]["tls_port"], "TCP")} if "tls_port" in read["turn"] else set()),
        }
    else:
        expected = {(read["health_port"], "TCP"), (read["prometheus_port"], "TCP")}
        if chart == "livekit-sip":
            expected |= {(read["sip_port"], "TCP"), (read["sip_port"], "UDP")}
    assert stated == expected


def test_the_bridge_reads_our_configuration_file() -> None:
    # Source: github.com/livekit/sip, build/sip/Dockerfile: the entry point has `--config=/sip/config.yaml`, and an
    # option overrides SIP_CONFIG_FILE.
    objects = rendered("livekit-sip", values_of("livekit-sip", "minimal"))
    deployment = next(o for o in objects if o["kind"] == "Deployment" and o["metadata"]["name"] == "livekit-sip")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["livekit-sip", "--config=/configuration/sip.yaml"]


@pytest.mark.parametrize("kind", kinds_of_values(next(w for w in WORKLOADS if w.chart == "livekit-egress")))
def test_an_idle_recorder_has_enough_cpus_for_every_kind_of_recording(kind: str) -> None:
    objects = rendered("livekit-egress", values_of("livekit-egress", kind))
    deployment = next(o for o in objects if o["kind"] == "Deployment")
    cpus = int(deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
    # Source: github.com/livekit/egress, pkg/config/service.go: the default costs of recordings.
    defaults = {
        "room_composite_cpu_cost": 4,
        "web_cpu_cost": 4,
        "participant_cpu_cost": 2,
        "track_composite_cpu_cost": 1,
    }
    costs = {**defaults, **configuration(objects, "livekit-egress")["cpu_cost"]}
    assert max(costs.values()) <= cpus


def test_a_recorder_with_one_cpu_accepts_every_kind_of_recording() -> None:
    amount = {"cpu": "1", "memory": "4Gi"}
    values = {**values_of("livekit-egress", "minimal"), "resources": {"requests": amount, "limits": amount}}
    costs = configuration(rendered("livekit-egress", values), "livekit-egress")["cpu_cost"]
    assert costs == {"room_composite_cpu_cost": 1, "web_cpu_cost": 1, "participant_cpu_cost": 1}


@pytest.mark.parametrize("kind", ["minimal", *STACKS])
def test_media_timeouts_end_calls_without_rtp(kind: str) -> None:
    def media(chart: str) -> dict[str, int]:
        defaults = yaml.safe_load((PROJECT / "charts" / chart / "values.yaml").read_text())
        return {**defaults, **values_of(chart, kind)}["media"]

    read = configuration(rendered("livekit-sip", values_of("livekit-sip", kind)), "livekit-sip")
    assert read["media_timeout"] == f"{media('livekit-sip')['timeoutSeconds']}s"
    assert read["media_timeout_initial"] == f"{media('livekit-sip')['initialTimeoutSeconds']}s"
    manifests = rendered("freeswitch", values_of("freeswitch", kind))
    profiles = next(o for o in manifests if o["kind"] == "ConfigMap")["data"]["freeswitch.xml"]
    for name, seconds in (("rtp-timeout-sec", "timeoutSeconds"), ("rtp-hold-timeout-sec", "holdTimeoutSeconds")):
        assert profiles.count(f'name="{name}" value="{media("freeswitch")[seconds]}"') == 3


def test_a_trunk_without_allowed_networks_is_refused() -> None:
    values = {**values_of("livekit-sip", "minimal"), "trunks": {"allowedCidrs": []}}
    with pytest.raises(ChartError, match=r"trunks\.allowedCidrs is empty: name the networks"):
        rendered("livekit-sip", values)


def test_turn_relays_only_to_configured_private_addresses() -> None:
    values = values_of("livekit", "full")
    read = configuration(rendered("livekit", values), "livekit")
    assert read["turn"]["allow_restricted_peer_cidrs"] == values["turn"]["peerCidrs"]
    values["turn"]["peerCidrs"] = []
    read = configuration(rendered("livekit", values), "livekit")
    assert "allow_restricted_peer_cidrs" not in read["turn"]
