{{/*
One SIP profile. Call with {root, name, port, context, acl, public}; `public` announces the node's public address, other
profiles its private one.
*/}}
{{- define "freeswitch.profile" }}
<profile name="{{ .name }}">
  {{- if eq .name "carrier" }}
  <gateways>
    {{- range $carrier := .root.Values.carriers }}
    {{- with $carrier.outbound }}
    <gateway name="{{ $carrier.name }}">
      <param name="proxy" value="{{ .host }}:{{ .port | default 5060 }}"/>
      <param name="realm" value="{{ .host }}"/>
      <param name="register" value="false"/>
      <param name="register-transport" value="{{ .transport | default "udp" }}"/>
      <param name="caller-id-in-from" value="true"/>
      {{- if $carrier.credentials }}
      <param name="username" value="${{ "{" }}{{ include "freeswitch.variable" (dict "carrier" $carrier.name "part" "user") }}}"/>
      <param name="password" value="${{ "{" }}{{ include "freeswitch.variable" (dict "carrier" $carrier.name "part" "password") }}}"/>
      {{- else }}
      <param name="username" value="voice"/>
      <param name="password" value="none"/>
      {{- end }}
    </gateway>
    {{- end }}
    {{- end }}
  </gateways>
  {{- end }}
  <settings>
    <param name="context" value="{{ .context }}"/>
    <param name="dialplan" value="XML"/>
    <param name="sip-ip" value="${PRIVATE_ADDRESS}"/>
    <param name="rtp-ip" value="${PRIVATE_ADDRESS}"/>
    <param name="sip-port" value="{{ .port }}"/>
    <param name="ext-sip-ip" value="{{ ternary "${PUBLIC_ADDRESS}" "${PRIVATE_ADDRESS}" .public }}"/>
    <param name="ext-rtp-ip" value="{{ ternary "${PUBLIC_ADDRESS}" "${PRIVATE_ADDRESS}" .public }}"/>
    <!-- localnet.auto would announce the private address to peers that only look local. -->
    <param name="local-network-acl" value="loopback.auto"/>
    <param name="apply-inbound-acl" value="{{ .acl }}"/>
    <!-- Who may call is known by address; passwords would add nothing but guesses. -->
    <param name="auth-calls" value="false"/>
    <param name="accept-blind-reg" value="false"/>
    <param name="disable-register" value="true"/>
    <param name="log-auth-failures" value="true"/>
    <param name="manage-presence" value="false"/>
    <param name="inbound-codec-prefs" value="PCMU,PCMA,G722"/>
    <param name="outbound-codec-prefs" value="PCMU,PCMA,G722"/>
    <param name="inbound-late-negotiation" value="true"/>
    <param name="dtmf-type" value="rfc2833"/>
    <param name="rfc2833-pt" value="101"/>
    <!-- Calls whose sound stopped would keep a node from ever draining. -->
    <param name="rtp-timeout-sec" value="300"/>
    <param name="rtp-hold-timeout-sec" value="1800"/>
    <param name="session-timeout" value="1800"/>
    <param name="enable-timer" value="true"/>
    <!-- A node that is full or draining says so to whoever asks. -->
    <param name="sip-options-respond-503-on-busy" value="true"/>
    <param name="user-agent-string" value="voice-platform"/>
    <param name="sip-trace" value="no"/>
    {{- if .public }}
    <!-- Nor may whom we talk to send a call on to a number of their choice. -->
    <param name="disable-transfer" value="true"/>
    {{- end }}
  </settings>
</profile>
{{- end }}

{{/*
Name of the variable that holds a part of a carrier's credentials. Call with {carrier, part}.
*/}}
{{- define "freeswitch.variable" -}}
{{ printf "CARRIER_%s_%s" .carrier .part | upper | replace "-" "_" }}
{{- end }}

{{/*
Variables and where in the vault they come from, as JSON.
*/}}
{{- define "freeswitch.secretVariables" -}}
{{- $variables := dict "EVENT_SOCKET_PASSWORD" .Values.secretNames.eventSocketPassword -}}
{{- if eq .Values.bridge.to "agentSocket" -}}
{{- $_ := set $variables "CALL_TOKEN_KEY" .Values.secretNames.callTokenKey -}}
{{- end -}}
{{- range $carrier := .Values.carriers -}}
{{- if and $carrier.outbound $carrier.credentials -}}
{{- range tuple "user" "password" -}}
{{- $_ := set $variables (include "freeswitch.variable" (dict "carrier" $carrier.name "part" .)) (printf "%s:%s" $carrier.credentials .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $variables -}}
{{- end }}

{{/*
Names in the vault that the pods read, as a JSON list.
*/}}
{{- define "freeswitch.secrets" -}}
{{- $names := list -}}
{{- range $variable, $secret := include "freeswitch.secretVariables" . | fromJson -}}
{{- $names = append $names (regexReplaceAll ":.*" $secret "") -}}
{{- end -}}
{{- toJson ($names | uniq | sortAlpha) -}}
{{- end }}

{{/*
Files that are filled in when the pod starts, as JSON: file name to text. `event-socket` is the password for the scripts
beside FreeSWITCH, `exporter` has arguments of the exporter of metrics.
*/}}
{{- define "freeswitch.files" -}}
{{- $files := dict "freeswitch.xml" (tpl (.Files.Get "files/freeswitch.xml") .) -}}
{{- $_ := set $files "event-socket" "${EVENT_SOCKET_PASSWORD}" -}}
{{- if .Values.exporterImage.repository -}}
{{- $address := ternary "127.0.0.1" "${PRIVATE_ADDRESS}" (eq .Values.eventSocket.listen "loopback") -}}
{{- $_ := set $files "exporter" (printf "--freeswitch.scrape-uri=tcp://%s:%d\n--freeswitch.password=${EVENT_SOCKET_PASSWORD}\n" $address (int .Values.ports.eventSocket)) -}}
{{- end -}}
{{- toJson $files -}}
{{- end }}

{{/*
Where the scripts find FreeSWITCH and its bridge. Call with the chart's root.
*/}}
{{- define "freeswitch.scriptEnvironment" -}}
- {name: EVENT_SOCKET_PORT, value: {{ .Values.ports.eventSocket | quote }}}
- {name: EVENT_SOCKET_PASSWORD_FILE, value: /configuration/event-socket}
{{ include "freeswitch.stateEnvironment" . }}
- name: PRIVATE_ADDRESS
  valueFrom: {fieldRef: {fieldPath: status.hostIP}}
{{- if eq .Values.eventSocket.listen "loopback" }}
- {name: EVENT_SOCKET_HOST, value: 127.0.0.1}
{{- else }}
- name: EVENT_SOCKET_HOST
  valueFrom: {fieldRef: {fieldPath: status.hostIP}}
{{- end }}
{{- end }}

{{/*
What the containers share: their marks of a drain, and the two disks. Call with the chart's root.
*/}}
{{- define "freeswitch.stateEnvironment" -}}
- {name: STATE, value: /run/freeswitch}
- {name: RECORDINGS, value: /recordings}
- {name: CALL_RECORDS, value: /call-records}
- {name: ENDPOINT_LAG_SECONDS, value: {{ .Values.drain.endpointLagSeconds | quote }}}
{{- end }}
