"""The stores of a region's logs, metrics and traces, and the collection of the cluster's telemetry.

Belongs here: Azure Monitor resources and the roles on them. Does not belong here: diagnostic settings of single
resources (`components.diagnostics`, next to the resource), Grafana (`components.grafana`), Prometheus and the trace
collector in the cluster (`components.platform_services`).
"""

from components.observability.cluster_monitoring import ClusterMonitoring, ClusterMonitoringArgs
from components.observability.observability import Observability, ObservabilityArgs
from components.observability.recording_rules import RecordingRules, RecordingRulesArgs
from components.observability.telemetry_access import TelemetryAccess, TelemetryAccessArgs

__all__ = [
    "ClusterMonitoring",
    "ClusterMonitoringArgs",
    "Observability",
    "ObservabilityArgs",
    "RecordingRules",
    "RecordingRulesArgs",
    "TelemetryAccess",
    "TelemetryAccessArgs",
]
