{{/*
The PodMonitor. Call with {root, ports}; `ports` are names of container ports. `metrics.monitor` selects its API group:
azure (Azure Monitor), operator (the Prometheus operator) or none.
*/}}
{{- define "voice-library.podMonitor" -}}
{{- $metrics := .root.Values.metrics -}}
{{- if ne $metrics.monitor "none" -}}
apiVersion: {{ ternary "azmonitoring.coreos.com/v1" "monitoring.coreos.com/v1" (eq $metrics.monitor "azure") }}
kind: PodMonitor
metadata:
  name: {{ .root.Release.Name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "voice-library.labels" .root | nindent 4 }}
spec:
  selector:
    matchLabels:
      {{- include "voice-library.selectorLabels" .root | nindent 6 }}
  podMetricsEndpoints:
    {{- range .ports }}
    - {port: {{ . }}, interval: {{ $metrics.intervalSeconds }}s}
    {{- end }}
{{- end }}
{{- end }}
