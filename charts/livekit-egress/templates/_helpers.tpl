{{/*
Templates of the files that the init container writes, as JSON: file name to text.
*/}}
{{- define "livekit-egress.files" -}}
{{- dict "egress.yaml" (tpl (.Files.Get "files/egress.yaml") .) | toJson -}}
{{- end }}

{{/*
Variables and the names of their secrets in the vault, as JSON.
*/}}
{{- define "livekit-egress.secretVariables" -}}
{{- dict "LIVEKIT_API_KEY" .Values.secretNames.apiKey "LIVEKIT_API_SECRET" .Values.secretNames.apiSecret "REDIS_PASSWORD" .Values.secretNames.redisPassword "STORAGE_KEY" .Values.secretNames.storageKey | toJson -}}
{{- end }}
