"""Recording rules.

Azure Monitor evaluates them as rule groups, Prometheus in the cluster as a PrometheusRule, with the same expressions.
Therefore no expression names a scrape job (the names differ), and all keep the label `cluster`, which only Azure
Monitor adds. The series of `nodes` and `pods` have the names that the dashboards of Azure Managed Grafana and of
kube-prometheus-stack query.
"""

from __future__ import annotations

from typing import Final

from model.call_recording_rules import AGENTS, CALLS, MEDIA, SIP_EDGE
from model.rule_groups import RecordingRule, RuleGroup, rate

# Nodes

_CPU: Final = "node_cpu_seconds_total"
_NOT_LOOPBACK: Final = '{device!="lo"}'


def _network(direction: str, what: str) -> RecordingRule:
    return RecordingRule(
        f"instance:node_network_{direction}_{what}_excluding_lo:rate5m",
        f"sum without (device) ({rate(f'node_network_{direction}_{what}_total{_NOT_LOOPBACK}')})",
    )


NODES: Final = RuleGroup(
    "nodes",
    (
        RecordingRule("instance:node_num_cpu:sum", f'count without (cpu, mode) ({_CPU}{{mode="idle"}})'),
        RecordingRule(
            "instance:node_cpu_utilisation:rate5m",
            f'1 - avg without (cpu) (sum without (mode) (rate({_CPU}{{mode=~"idle|iowait|steal"}}[5m])))',
        ),
        RecordingRule("instance:node_load1_per_cpu:ratio", "node_load1 / instance:node_num_cpu:sum"),
        RecordingRule(
            "instance:node_memory_utilisation:ratio", "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes"
        ),
        RecordingRule("instance:node_vmstat_pgmajfault:rate5m", rate("node_vmstat_pgmajfault")),
        RecordingRule(
            "instance_device:node_disk_io_time_seconds:rate5m", rate('node_disk_io_time_seconds_total{device!=""}')
        ),
        RecordingRule(
            "instance_device:node_disk_io_time_weighted_seconds:rate5m",
            rate('node_disk_io_time_weighted_seconds_total{device!=""}'),
        ),
        *(_network(direction, what) for direction in ("receive", "transmit") for what in ("bytes", "drop")),
        RecordingRule(":node_memory_MemAvailable_bytes:sum", "sum by (cluster) (node_memory_MemAvailable_bytes)"),
        RecordingRule(
            "cluster:node_cpu:ratio_rate5m",
            f'sum by (cluster) (rate({_CPU}{{mode!~"idle|iowait|steal"}}[5m]))'
            f' / count by (cluster) ({_CPU}{{mode="idle"}})',
        ),
    ),
)

# Pods

_WITH_NODE: Final = (
    "* on (cluster, namespace, pod) group_left (node)"
    ' topk by (cluster, namespace, pod) (1, max by (cluster, namespace, pod, node) (kube_pod_info{node!=""}))'
)
"""Adds the name of the pod's node. A pod that has just moved briefly has two nodes; one of them is used."""
_ACTIVE: Final = (
    "* on (cluster, namespace, pod) group_left ()"
    ' max by (cluster, namespace, pod) (kube_pod_status_phase{phase=~"Pending|Running"} == 1)'
)
"""Excludes pods that have ended: they hold no resources."""


def _cpu_use(function: str, suffix: str) -> RecordingRule:
    """Azure's dashboards query one suffix, those of kube-prometheus-stack the other."""
    used = f'{function}(container_cpu_usage_seconds_total{{image!=""}}[5m])'
    return RecordingRule(
        f"node_namespace_pod_container:container_cpu_usage_seconds_total:sum_{suffix}",
        f"sum by (cluster, namespace, pod, container) ({used}) {_WITH_NODE}",
    )


def _memory_use(kind: str) -> RecordingRule:
    return RecordingRule(
        f"node_namespace_pod_container:container_memory_{kind}", f'container_memory_{kind}{{image!=""}} {_WITH_NODE}'
    )


def _reserved(resource: str, kind: str) -> tuple[RecordingRule, RecordingRule]:
    """The requests or limits of active pods, by container and by namespace."""
    metric = f"kube_pod_container_resource_{kind}"
    by_container = f'max by (cluster, namespace, pod, container) ({metric}{{resource="{resource}"}})'
    return (
        RecordingRule(
            f"cluster:namespace:pod_{resource}:active:{metric}", f'{metric}{{resource="{resource}"}} {_ACTIVE}'
        ),
        RecordingRule(
            f"namespace_{resource}:{metric}:sum",
            f"sum by (cluster, namespace) (sum by (cluster, namespace, pod) ({by_container}) {_ACTIVE})",
        ),
    )


def _owned_by(kind: str, owners: str) -> RecordingRule:
    """The workload of each pod, for graphs; `owners` are pods with the workload's name as `owner_name`."""
    return RecordingRule(
        "namespace_workload_pod:kube_pod_owner:relabel",
        f'max by (cluster, namespace, workload, pod) (label_replace({owners}, "workload", "$1", "owner_name", "(.+)"))',
        {"workload_type": kind},
    )


_REPLICA_SETS: Final = (
    'label_replace(kube_pod_owner{owner_kind="ReplicaSet"}, "replicaset", "$1", "owner_name", "(.+)")'
    " * on (cluster, namespace, replicaset) group_left (owner_name)"
    " topk by (cluster, namespace, replicaset)"
    " (1, max by (cluster, namespace, replicaset, owner_name) (kube_replicaset_owner))"
)
"""A Deployment owns ReplicaSets, which own the pods."""

PODS: Final = RuleGroup(
    "pods",
    (
        _cpu_use("irate", "irate"),
        _cpu_use("rate", "rate5m"),
        *(_memory_use(kind) for kind in ("working_set_bytes", "rss", "cache", "swap")),
        *(
            rule
            for resource in ("cpu", "memory")
            for kind in ("requests", "limits")
            for rule in _reserved(resource, kind)
        ),
        _owned_by("deployment", _REPLICA_SETS),
        *(
            _owned_by(kind.lower(), f'kube_pod_owner{{owner_kind="{kind}"}}')
            for kind in ("DaemonSet", "StatefulSet", "Job")
        ),
    ),
)

# The Gateway. Envoy names a listener after its protocol and port, and a cluster after the route's rule.

_LISTENERS: Final = 'envoy_http_conn_manager_prefix=~"https?-[0-9]+"'
_ROUTES: Final = 'envoy_cluster_name=~"httproute/.+"'
_REQUESTS: Final = f"sum by (cluster) (rate(envoy_http_downstream_rq_total{{{_LISTENERS}}}[5m]))"
_SERVER_ERRORS: Final = (
    f'sum by (cluster) (rate(envoy_http_downstream_rq_xx{{{_LISTENERS}, envoy_response_code_class="5"}}[5m]))'
)
_MILLISECONDS: Final = 1000

GATEWAY: Final = RuleGroup(
    "gateway",
    (
        RecordingRule("gateway:requests:rate5m", _REQUESTS),
        RecordingRule("gateway:errors:ratio_rate5m", f"{_SERVER_ERRORS} / ({_REQUESTS} > 0)"),
        RecordingRule(
            "gateway_route:requests:rate5m",
            f"sum by (cluster, envoy_cluster_name) (rate(envoy_cluster_upstream_rq_total{{{_ROUTES}}}[5m]))",
        ),
        # By route: a WebSocket counts when it closes, so its duration would distort the other routes.
        RecordingRule(
            "gateway_route:latency_seconds:p95_5m",
            "histogram_quantile(0.95, sum by (cluster, envoy_cluster_name, le)"
            f" (rate(envoy_cluster_upstream_rq_time_bucket{{{_ROUTES}}}[5m]))) / {_MILLISECONDS}",
        ),
    ),
)

_SECONDS_OF_A_DAY: Final = 86_400

CERTIFICATES: Final = RuleGroup(
    "certificates",
    (
        RecordingRule(
            "certificate:remaining_days:min",
            # A certificate that was never issued has the time 0.
            "min by (cluster, namespace, name) ((certmanager_certificate_expiration_timestamp_seconds > 0) - time())"
            f" / {_SECONDS_OF_A_DAY}",
        ),
    ),
)

RULE_GROUPS: Final = (NODES, PODS, GATEWAY, CERTIFICATES, CALLS, SIP_EDGE, MEDIA, AGENTS)
