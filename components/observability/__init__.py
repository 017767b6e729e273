"""Where logs, metrics and traces of a region go."""

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
