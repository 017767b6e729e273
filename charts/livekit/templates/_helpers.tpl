{{/*
Templates of the files that the init container writes, as JSON: file name to text.
*/}}
{{- define "livekit.files" -}}
{{- $files := dict "livekit.yaml" (tpl (.Files.Get "files/livekit.yaml") .) -}}
{{- $_ := set $files "keys.yaml" "\"${LIVEKIT_API_KEY}\": \"${LIVEKIT_API_SECRET}\"\n" -}}
{{- toJson $files -}}
{{- end }}

{{/*
Variables and the names of their secrets in the vault, as JSON.
*/}}
{{- define "livekit.secretVariables" -}}
{{- dict "LIVEKIT_API_KEY" .Values.secretNames.apiKey "LIVEKIT_API_SECRET" .Values.secretNames.apiSecret "REDIS_PASSWORD" .Values.secretNames.redisPassword | toJson -}}
{{- end }}
