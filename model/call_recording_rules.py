"""Recording rules for calls. A sum by cluster is the sum of a region, because each region has its own cluster.

The metrics are those of Kamailio's `xhttp_prom` (what the edge's own configuration counts among them), of the
FreeSWITCH exporter, of LiveKit and LiveKit SIP, and of LiveKit Agents in the agent's image.
"""

from __future__ import annotations

from typing import Final

from model.rule_groups import RecordingRule, RuleGroup, rate

_MICROSECONDS: Final = 1_000_000
_MILLISECONDS: Final = 1000


def _sum_rate(metric: str, *by: str) -> str:
    return f"sum by ({', '.join(('cluster', *by))}) ({rate(metric)})"


def _quantile(quantile: float, histogram: str, *by: str) -> str:
    return f"histogram_quantile({quantile}, {_sum_rate(f'{histogram}_bucket', *by, 'le')})"


_ATTEMPTS: Final = _sum_rate("kamailio_script_calls")

CALLS: Final = RuleGroup(
    "calls",
    (
        RecordingRule("calls:concurrent:sum", "sum by (cluster) (freeswitch_current_calls)"),
        RecordingRule("calls:in_rooms:sum", "sum by (cluster, dir) (livekit_sip_calls_active)"),
        RecordingRule(
            "calls:sessions:ratio",
            "sum by (cluster) (freeswitch_current_sessions) / sum by (cluster) (freeswitch_max_sessions)",
        ),
        # Measured at the SIP edge: these two do not count calls of carriers that reach the nodes directly.
        RecordingRule("calls:attempts:rate5m", _ATTEMPTS),
        RecordingRule(
            "calls:answer_seizure:ratio_rate5m",
            f"{_sum_rate('kamailio_core_rcv_replies_2xx_invite')} / ({_ATTEMPTS} > 0)",
        ),
        # From the INVITE at the bridge until the caller hears the room.
        *(
            RecordingRule(
                f"calls:setup_seconds:p{percent}_5m", _quantile(percent / 100, "livekit_sip_dur_join_sec", "dir")
            )
            for percent in (50, 95)
        ),
        RecordingRule("calls:refused_by_bridge:rate5m", _sum_rate("livekit_sip_invite_error", "reason")),
        RecordingRule("calls:ended_by_bridge:rate5m", _sum_rate("livekit_sip_calls_terminated", "reason")),
    ),
)

_DROPPED: Final = {
    "unknown source": "dropped_unknown_source",
    "too many requests": "dropped_too_many",
    "malformed": "dropped_malformed",
}

SIP_EDGE: Final = RuleGroup(
    "sip-edge",
    (
        # Kamailio's count of all requests includes probes and Prometheus.
        *(
            RecordingRule(
                "sip_edge:requests:rate5m",
                _sum_rate(f"kamailio_core_rcv_requests_{method}"),
                {"method": method.upper()},
            )
            for method in ("invite", "cancel", "options", "register")
        ),
        *(
            RecordingRule("sip_edge:dropped:rate5m", _sum_rate(f"kamailio_script_{name}"), {"reason": reason})
            for reason, name in _DROPPED.items()
        ),
        RecordingRule("sip_edge:tried_next:rate5m", _sum_rate("kamailio_script_calls_tried_next")),
        RecordingRule("sip_edge:without_destination:rate5m", _sum_rate("kamailio_script_calls_without_destination")),
        RecordingRule("sip_edge:blocked_sources:sum", "sum by (cluster) (kamailio_pike_blocked_ips)"),
        RecordingRule("sip_edge:transactions:sum", "sum by (cluster) (kamailio_tmx_inuse_transactions)"),
    ),
)

MEDIA: Final = RuleGroup(
    "media",
    (
        RecordingRule("media:rooms:sum", "sum by (cluster) (livekit_room_total)"),
        RecordingRule("media:participants:sum", "sum by (cluster) (livekit_participant_total)"),
        RecordingRule(
            "media:packet_loss:ratio_rate5m",
            f"{_sum_rate('livekit_packet_loss_total', 'direction')}"
            f" / ({_sum_rate('livekit_packet_total', 'direction')} > 0)",
        ),
        RecordingRule(
            "media:jitter_seconds:p95_5m", f"{_quantile(0.95, 'livekit_jitter_us', 'direction')} / {_MICROSECONDS}"
        ),
        RecordingRule(
            "media:round_trip_seconds:p95_5m", f"{_quantile(0.95, 'livekit_rtt_ms', 'direction')} / {_MILLISECONDS}"
        ),
        RecordingRule("media:bridge_cpu_load:max", 'max by (cluster) (livekit_node_cpu_load{node_type="SIP"})'),
        RecordingRule("media:bridges_available:sum", "sum by (cluster) (livekit_sip_available)"),
        RecordingRule("media:freeswitch_idle_cpu:min", "min by (cluster) (freeswitch_current_idle_cpu)"),
    ),
)

AGENT_RESPONSE: Final = "voice_agent_response_seconds"
"""Histogram, seconds: from the end of the caller's speech to the first audio of the response. No library measures it:
the agent's image must export it on the port of LiveKit Agents' metrics. Without it the rule's series stays empty.
"""

AGENTS: Final = RuleGroup(
    "agents",
    (
        RecordingRule("agents:calls:sum", "sum by (cluster) (lk_agents_active_job_count)"),
        RecordingRule("agents:load:avg", "avg by (cluster) (lk_agents_worker_load)"),
        RecordingRule("agents:load:max", "max by (cluster) (lk_agents_worker_load)"),
        RecordingRule(
            "agents:process_start_seconds:p95_5m", _quantile(0.95, "lk_agents_proc_initialize_duration_seconds")
        ),
        *(
            RecordingRule(f"agents:response_seconds:p{percent}_5m", _quantile(percent / 100, AGENT_RESPONSE))
            for percent in (50, 95)
        ),
    ),
)
