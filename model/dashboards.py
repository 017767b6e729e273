"""The dashboards for calls.

Grafana in the cluster finds them as ConfigMaps; `voice dashboards` writes them to Azure Managed Grafana.
A panel queries recorded series (`model.call_recording_rules`) where they exist, so that a long range is cheap. Each
region has its own data source, so readers select a region by its data source.
"""

from __future__ import annotations

from typing import Final

from model.call_recording_rules import AGENT_RESPONSE
from model.dashboard_model import Dashboard, Panel, Query
from model.rule_groups import rate


def _pods(namespace: str) -> str:
    return f'namespace="{namespace}"'


_CPU: Final = "node_namespace_pod_container:container_cpu_usage_seconds_total:sum_rate5m"
_MEMORY: Final = "node_namespace_pod_container:container_memory_working_set_bytes"
_RESTARTS: Final = "increase(kube_pod_container_status_restarts_total{{{}}}[15m])"
_RESPONSE: Final = (
    "From the end of what a caller says to the first sound of the answer. The agent's image must measure it as"
    f" {AGENT_RESPONSE}; empty where it does not."
)

CALLS: Final = Dashboard(
    uid="voice-calls",
    title="Voice: calls",
    panels=(
        Panel(title="Calls now", queries=(Query("calls:concurrent:sum"),), number=True),
        Panel(
            title="Sessions of those allowed", queries=(Query("calls:sessions:ratio"),), unit="percentunit", number=True
        ),
        Panel(
            title="Answered of attempted",
            queries=(Query("calls:answer_seizure:ratio_rate5m"),),
            unit="percentunit",
            number=True,
        ),
        Panel(
            title="Setup time, 95 of 100 calls",
            queries=(Query("calls:setup_seconds:p95_5m", "{{dir}}"),),
            unit="s",
            number=True,
        ),
        Panel(
            title="Calls",
            queries=(
                Query("calls:concurrent:sum", "FreeSWITCH"),
                Query("sum by (cluster) (calls:in_rooms:sum)", "LiveKit SIP"),
                Query("media:rooms:sum", "rooms"),
                Query("agents:calls:sum", "agents"),
            ),
            description="Four counts of the same calls: where they part, calls are being lost between two of them.",
        ),
        Panel(
            title="Attempts",
            queries=(Query("calls:attempts:rate5m", "a second"),),
            unit="cps",
            description="At the SIP edge. Carriers with `ingress: direct` pass it by.",
        ),
        Panel(
            title="Answered of attempted",
            queries=(Query("calls:answer_seizure:ratio_rate5m", "answer-seizure ratio"),),
            unit="percentunit",
            description="At the SIP edge. Carriers with `ingress: direct` pass it by.",
        ),
        Panel(
            title="Setup time",
            queries=(
                Query("calls:setup_seconds:p50_5m", "half of the calls, {{dir}}"),
                Query("calls:setup_seconds:p95_5m", "95 of 100, {{dir}}"),
            ),
            unit="s",
            description="From the INVITE at the bridge until the caller hears the room.",
        ),
        Panel(title="Ended, by reason", queries=(Query("calls:ended_by_bridge:rate5m", "{{reason}}"),), unit="cps"),
        Panel(
            title="Refused by the bridge", queries=(Query("calls:refused_by_bridge:rate5m", "{{reason}}"),), unit="cps"
        ),
        Panel(
            title="Answer of the agent",
            queries=(
                Query("agents:response_seconds:p50_5m", "half of the answers"),
                Query("agents:response_seconds:p95_5m", "95 of 100"),
            ),
            unit="s",
            description=_RESPONSE,
        ),
        Panel(
            title="Packets lost",
            queries=(Query("media:packet_loss:ratio_rate5m", "{{direction}}"),),
            unit="percentunit",
        ),
    ),
)

SIP_EDGE: Final = Dashboard(
    uid="voice-sip-edge",
    title="Voice: SIP edge",
    panels=(
        Panel(title="Transactions now", queries=(Query("sip_edge:transactions:sum"),), number=True),
        Panel(title="Blocked sources", queries=(Query("sip_edge:blocked_sources:sum"),), number=True),
        Panel(title="Requests", queries=(Query("sip_edge:requests:rate5m", "{{method}}"),), unit="reqps"),
        Panel(
            title="Dropped without an answer",
            queries=(Query("sip_edge:dropped:rate5m", "{{reason}}"),),
            unit="reqps",
            description="Scanners find every SIP port within hours: a steady trickle from unknown sources is usual.",
        ),
        Panel(
            title="Calls that found no FreeSWITCH at once",
            queries=(
                Query("sip_edge:tried_next:rate5m", "the next one was tried"),
                Query("sip_edge:without_destination:rate5m", "none was ready"),
            ),
            unit="cps",
        ),
        Panel(
            title="Answers of FreeSWITCH to calls",
            queries=tuple(
                Query(f"sum by (cluster) ({rate(f'kamailio_core_rcv_replies_{group}_invite')})", group)
                for group in ("2xx", "3xx", "4xx", "5xx", "6xx")
            ),
            unit="reqps",
        ),
        Panel(
            title="Requests on each pod",
            queries=(Query(f"sum by (pod) ({rate('kamailio_core_rcv_requests_invite')})", "{{pod}}"),),
            unit="reqps",
        ),
        Panel(title="Memory free in Kamailio", queries=(Query("kamailio_shmem_free_size", "{{pod}}"),), unit="bytes"),
    ),
)

MEDIA: Final = Dashboard(
    uid="voice-media",
    title="Voice: media nodes",
    panels=(
        Panel(title="Rooms", queries=(Query("media:rooms:sum"),), number=True),
        Panel(title="Participants", queries=(Query("media:participants:sum"),), number=True),
        Panel(title="Bridges that take calls", queries=(Query("media:bridges_available:sum"),), number=True),
        Panel(
            title="Idle CPU of the busiest FreeSWITCH",
            queries=(Query("media:freeswitch_idle_cpu:min"),),
            unit="percent",
            number=True,
        ),
        Panel(title="Calls on each FreeSWITCH", queries=(Query("freeswitch_current_calls", "{{pod}}"),)),
        Panel(title="Rooms on each LiveKit", queries=(Query("livekit_room_total", "{{pod}}"),)),
        Panel(
            title="Calls on each bridge",
            queries=(Query("sum by (pod) (livekit_sip_calls_active)", "{{pod}}"),),
        ),
        Panel(
            title="CPU of media pods",
            queries=(Query(f"sum by (pod) ({_CPU}{{{_pods('voice-media')}}})", "{{pod}}"),),
            unit="none",
            description="CPUs in use. Above four fifths of what a pod has, sound begins to stutter.",
        ),
        Panel(
            title="Packets lost",
            queries=(Query("media:packet_loss:ratio_rate5m", "{{direction}}"),),
            unit="percentunit",
        ),
        Panel(title="Jitter, 95 of 100", queries=(Query("media:jitter_seconds:p95_5m", "{{direction}}"),), unit="s"),
        Panel(
            title="Round trip, 95 of 100",
            queries=(Query("media:round_trip_seconds:p95_5m", "{{direction}}"),),
            unit="s",
        ),
        Panel(
            title="Packets of LiveKit",
            queries=(Query(f"sum by (pod, direction) ({rate('livekit_packet_total')})", "{{pod}} {{direction}}"),),
            unit="pps",
        ),
        Panel(
            title="Packets that nodes dropped",
            queries=(
                Query("instance:node_network_receive_drop_excluding_lo:rate5m", "{{instance}} in"),
                Query("instance:node_network_transmit_drop_excluding_lo:rate5m", "{{instance}} out"),
            ),
            unit="pps",
        ),
        Panel(
            title="Restarts in 15 minutes",
            queries=(Query(_RESTARTS.format(_pods("voice-media")), "{{pod}} {{container}}"),),
        ),
    ),
)

AGENTS: Final = Dashboard(
    uid="voice-agents",
    title="Voice: agents",
    panels=(
        Panel(title="Calls", queries=(Query("agents:calls:sum"),), number=True),
        Panel(title="Load of the busiest", queries=(Query("agents:load:max"),), unit="percentunit", number=True),
        Panel(
            title="Answer, 95 of 100",
            queries=(Query("agents:response_seconds:p95_5m"),),
            unit="s",
            description=_RESPONSE,
            number=True,
        ),
        Panel(
            title="Start of a process, 95 of 100",
            queries=(Query("agents:process_start_seconds:p95_5m"),),
            unit="s",
            number=True,
        ),
        Panel(title="Calls on each agent", queries=(Query("lk_agents_active_job_count", "{{pod}}"),)),
        Panel(
            title="Load",
            queries=(Query("agents:load:avg", "all"), Query("agents:load:max", "the busiest")),
            unit="percentunit",
            description="Above 0.7 an agent takes no more calls.",
        ),
        Panel(
            title="Answer",
            queries=(
                Query("agents:response_seconds:p50_5m", "half of the answers"),
                Query("agents:response_seconds:p95_5m", "95 of 100"),
            ),
            unit="s",
            description=_RESPONSE,
        ),
        Panel(
            title="Memory",
            queries=(Query(f"sum by (pod) ({_MEMORY}{{{_pods('voice-agents')}}})", "{{pod}}"),),
            unit="bytes",
        ),
        Panel(
            title="Restarts in 15 minutes",
            queries=(Query(_RESTARTS.format(_pods("voice-agents")), "{{pod}} {{container}}"),),
        ),
    ),
)

DASHBOARDS: Final = (CALLS, SIP_EDGE, MEDIA, AGENTS)
