"""The configuration of the OpenTelemetry collector.

Component names are those of collector 0.158 (contrib distribution), which the pinned chart runs.
"""

from __future__ import annotations

from typing import Any, Final

from model.ports import COLLECTOR_HEALTH, COLLECTOR_METRICS, JAEGER_SERVICE, OTLP_GRPC, OTLP_HTTP, Ports
from model.scrape_targets import SYSTEM_NAMESPACE
from settings.schema.metrics import TracingSettings

CONNECTION_VARIABLE: Final = "APPLICATIONINSIGHTS_CONNECTION_STRING"
"""Environment variable with the connection string of Application Insights."""
AZURE_MONITOR_SCOPE: Final = "https://monitor.azure.com/.default"
"""Scope of the token. The extension's default is the host of the endpoint, which Azure Monitor refuses."""

_AZURE_LOGIN: Final = "azure_auth"
_EXPORTERS: Final = {"applicationInsights": "azure_monitor", "jaeger": f"otlp_grpc/{JAEGER_SERVICE}"}


def _on_pod(port: Ports) -> dict[str, str]:
    return {"endpoint": f"${{env:MY_POD_IP}}:{port}"}


def collector_config(settings: TracingSettings) -> dict[str, Any]:
    """Receives traces by OTLP, samples whole traces, and sends them to each exporter.

    Each pod samples by trace id, so all spans of a trace get the same decision in every pod.
    """
    extensions: dict[str, Any] = {"health_check": _on_pod(COLLECTOR_HEALTH)}
    exporters: dict[str, Any] = {}
    if "applicationInsights" in settings.exporters:
        # Application Insights requires a token: its local authentication is off. The workload-identity webhook sets
        # these variables.
        extensions[_AZURE_LOGIN] = {
            "workload_identity": {
                "client_id": "${env:AZURE_CLIENT_ID}",
                "tenant_id": "${env:AZURE_TENANT_ID}",
                "federated_token_file": "${env:AZURE_FEDERATED_TOKEN_FILE}",
            },
            "scopes": [AZURE_MONITOR_SCOPE],
        }
        exporters[_EXPORTERS["applicationInsights"]] = {
            "connection_string": f"${{env:{CONNECTION_VARIABLE}}}",
            "auth": {"authenticator": _AZURE_LOGIN},
            # Exceptions are span events.
            "spaneventsenabled": True,
        }
    if "jaeger" in settings.exporters:
        exporters[_EXPORTERS["jaeger"]] = {
            "endpoint": f"{JAEGER_SERVICE}.{SYSTEM_NAMESPACE}.svc:{OTLP_GRPC}",
            "tls": {"insecure": True},
        }
    return {
        "extensions": extensions,
        "receivers": {"otlp": {"protocols": {"grpc": _on_pod(OTLP_GRPC), "http": _on_pod(OTLP_HTTP)}}},
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 25},
            "probabilistic_sampler": {"sampling_percentage": settings.sample_percent},
            "batch": {},
        },
        "exporters": exporters,
        "service": {
            "extensions": list(extensions),
            "telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": _metrics()}}}]}},
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "probabilistic_sampler", "batch"],
                    "exporters": list(exporters),
                }
            },
        },
    }


def _metrics() -> dict[str, Any]:
    return {"host": "${env:MY_POD_IP}", "port": COLLECTOR_METRICS.first}
