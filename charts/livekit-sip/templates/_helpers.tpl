{{/*
Templates of the files that the init container writes, as JSON: file name to text.
*/}}
{{- define "livekit-sip.files" -}}
{{- dict "sip.yaml" (tpl (.Files.Get "files/sip.yaml") .) | toJson -}}
{{- end }}

{{/*
Variables and the names of their secrets in the vault, as JSON.
*/}}
{{- define "livekit-sip.secretVariables" -}}
{{- dict "LIVEKIT_API_KEY" .Values.secretNames.apiKey "LIVEKIT_API_SECRET" .Values.secretNames.apiSecret "REDIS_PASSWORD" .Values.secretNames.redisPassword | toJson -}}
{{- end }}

{{/*
The trunks and the dispatch rule in the form of LiveKit's SIP API: file name to JSON. The trunk manager adds the inbound
trunk's id to the rule. LiveKit refuses an outbound trunk without numbers, so the manager then creates none.
*/}}
{{- define "livekit-sip.trunks" -}}
{{- $trunks := .Values.trunks -}}
{{- if not $trunks.allowedCidrs -}}
{{- fail "trunks.allowedCidrs is empty: name the networks that FreeSWITCH calls from, for LiveKit refuses a trunk that is open to all" -}}
{{- end -}}
{{- $headers := dict "X-Voice-Caller" "voice.caller" "X-Voice-Called" "voice.called" "X-Voice-Call" "voice.call" "X-Voice-Carrier" "voice.carrier" -}}
{{- $inbound := dict "name" "from-freeswitch" "allowed_addresses" $trunks.allowedCidrs "headers_to_attributes" $headers -}}
{{- $outbound := dict "name" "to-freeswitch" "address" (printf "%s:%d" $trunks.outbound.host (int $trunks.outbound.port)) "transport" "SIP_TRANSPORT_TCP" "numbers" $trunks.outbound.numbers -}}
{{- $rule := dict "name" "calls" "hide_phone_number" true "rule" (dict "dispatch_rule_individual" (dict "room_prefix" $trunks.roomPrefix)) -}}
{{- with $trunks.agent -}}
{{- $_ := set $rule "room_config" (dict "agents" (list (dict "agent_name" .))) -}}
{{- end -}}
{{- dict "inbound.json" (toJson $inbound) "outbound.json" (toJson $outbound) "dispatch.json" (toJson $rule) | toJson -}}
{{- end }}
