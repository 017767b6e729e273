{{/*
Environment variables of the container without secrets. livekit-agents reads the first three; the others are the contract
with the image, which README.md describes. A changed comment inside would roll the pods.
*/}}
{{- define "voice-agent.variables" -}}
LIVEKIT_URL: {{ .Values.livekitUrl | quote }}
LIVEKIT_AGENT_NAME: {{ .Values.name | quote }}
# The worker measures its CPU load against these, whatever the node has.
NUM_CPUS: {{ .Values.resources.requests.cpu | quote }}
VOICE_WEBHOOK_PORT: {{ .Values.ports.webhook | quote }}
VOICE_SOCKET_PORT: {{ .Values.ports.socket | quote }}
VOICE_HEALTH_PORT: {{ .Values.ports.health | quote }}
VOICE_METRICS_PORT: {{ .Values.ports.metrics | quote }}
VOICE_MAX_CALLS: {{ .Values.limits.calls | quote }}
VOICE_LOAD_THRESHOLD: {{ .Values.load.refuseAt | quote }}
VOICE_MAX_CALL_SECONDS: {{ .Values.drain.maxCallSeconds | quote }}
# The longest call, and what its job does after it. The pod's grace period has room for both.
VOICE_DRAIN_SECONDS: {{ add .Values.drain.maxCallSeconds .Values.drain.uploadSeconds | quote }}
VOICE_SECRETS_DIRECTORY: /secrets
{{- range $variable, $value := .Values.environment }}
{{ $variable }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/*
Refuses an autoscaler that adds pods only after workers refuse calls.
*/}}
{{- define "voice-agent.scalesBeforeItRefuses" -}}
{{- if ge (float64 .Values.load.scaleUpAt) (float64 .Values.load.refuseAt) -}}
{{- fail (printf "load.scaleUpAt is %v; it must be below load.refuseAt, %v: workers refuse calls from there on" .Values.load.scaleUpAt .Values.load.refuseAt) -}}
{{- end -}}
{{- end }}
