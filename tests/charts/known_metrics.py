"""The metrics that exist, by source: rules, dashboards and scaling may use only these.

Origins: for nodes, pods and containers, the metrics of kube-state-metrics, cAdvisor and the node exporter that Azure's
agent keeps in its minimal profile (github.com/Azure/prometheus-collector); Prometheus in the cluster reads them too.
Envoy and cert-manager: their documentation. Kamailio 5.6: its metrics with the chart's configuration (`tests/voice`
queries them). LiveKit v1.13.5 `pkg/telemetry/prometheus`; LiveKit SIP `pkg/stats/monitor.go`; LiveKit Agents 1.8
`telemetry/metrics.py`; freeswitch_exporter: the common metrics of the forks of florentchauveau/freeswitch_exporter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from model.call_recording_rules import AGENT_RESPONSE


def _histogram(name: str) -> tuple[str, ...]:
    return (f"{name}_bucket", f"{name}_sum", f"{name}_count")


KNOWN_METRICS: Final[dict[str, tuple[str, ...]]] = {
    "nodeexporter": (
        "node_cpu_seconds_total", "node_load1", "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes",
        "node_vmstat_pgmajfault", "node_disk_io_time_seconds_total", "node_disk_io_time_weighted_seconds_total",
        "node_network_receive_bytes_total", "node_network_receive_drop_total", "node_network_transmit_bytes_total",
        "node_network_transmit_drop_total",
    ),
    "cadvisor": (
        "container_cpu_usage_seconds_total", "container_memory_working_set_bytes", "container_memory_rss",
        "container_memory_cache", "container_memory_swap",
    ),
    "kubestate": (
        "kube_pod_info", "kube_pod_owner", "kube_pod_status_phase", "kube_replicaset_owner",
        "kube_pod_container_resource_requests", "kube_pod_container_resource_limits",
        "kube_pod_container_status_restarts_total",
    ),
    "envoy-proxies": (
        "envoy_http_downstream_rq_total", "envoy_http_downstream_rq_xx", "envoy_cluster_upstream_rq_total",
        *_histogram("envoy_cluster_upstream_rq_time"),
    ),
    "cert-manager": ("certmanager_certificate_expiration_timestamp_seconds",),
    "sip-edge": (
        *(f"kamailio_core_rcv_requests_{method}" for method in ("invite", "cancel", "options", "register")),
        *(f"kamailio_core_rcv_replies_{group}_invite" for group in ("2xx", "3xx", "4xx", "5xx", "6xx")),
        *(f"kamailio_script_{name}" for name in (
            "calls", "calls_tried_next", "calls_without_destination", "dropped_malformed", "dropped_too_many",
            "dropped_unknown_source",
        )),
        "kamailio_pike_blocked_ips", "kamailio_tmx_inuse_transactions", "kamailio_shmem_free_size",
    ),
    "freeswitch": (
        "freeswitch_up", "freeswitch_current_calls", "freeswitch_current_sessions", "freeswitch_max_sessions",
        "freeswitch_current_idle_cpu", "freeswitch_sessions_total",
    ),
    "livekit": (
        "livekit_room_total", "livekit_participant_total", "livekit_packet_total", "livekit_packet_loss_total",
        *_histogram("livekit_jitter_us"), *_histogram("livekit_rtt_ms"),
    ),
    "livekit-sip": (
        "livekit_sip_calls_active", "livekit_sip_available", "livekit_sip_invite_requests",
        "livekit_sip_invite_accepted", "livekit_sip_invite_error", "livekit_sip_calls_terminated",
        "livekit_node_cpu_load", *_histogram("livekit_sip_dur_join_sec"),
    ),
    "voice-agent": (
        "lk_agents_active_job_count", "lk_agents_worker_load",
        *_histogram("lk_agents_proc_initialize_duration_seconds"),
        # Measured by the image.
        *_histogram(AGENT_RESPONSE),
    ),
}  # fmt: skip

_GROUPING: Final = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_TEXT: Final = re.compile(r'"[^"]*"')
_NAME: Final = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_KEYWORDS: Final = frozenset({"and", "or", "unless", "bool", "offset"})


def metrics_in(expression: str) -> Iterator[str]:
    """The metrics in an expression: names that are not functions, labels or keywords."""
    text = _GROUPING.sub(" ", _TEXT.sub('""', expression))
    text = re.sub(r"\{[^}]*\}", " ", text)
    text = re.sub(r"\[[^\]]*\]", " ", text)
    for found in _NAME.finditer(text):
        is_function = text[found.end() :].lstrip().startswith("(")
        if not is_function and found.group() not in _KEYWORDS:
            yield found.group()
