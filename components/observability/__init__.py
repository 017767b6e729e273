"""Where logs, metrics and traces of a region go."""

from components.observability.cluster_monitoring import ClusterMonitoring, ClusterMonitoringArgs
from components.observability.observability import Observability, ObservabilityArgs

__all__ = ["ClusterMonitoring", "ClusterMonitoringArgs", "Observability", "ObservabilityArgs"]
