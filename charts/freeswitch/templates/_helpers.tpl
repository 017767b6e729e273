{{/*
One SIP profile. Call with {root, name, port, context, acl, public}. It announces the node's public address if `public` is
true, otherwise the private one.
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
    <!-- localnet.auto would announce the private address to peers that seem local. -->
    <param name="local-network-acl" value="loopback.auto"/>
    <param name="apply-inbound-acl" value="{{ .acl }}"/>
    <!-- The address identifies the caller; passwords would only invite guesses. -->
    <param name="auth-calls" value="false"/>
    <param name="accept-blind-reg" value="false"/>
    <param name="disable-register" value="true"/>
    <param name="log-auth-failures" value="true"/>
    <param name="manage-presence" value="false"/>
    <!-- These codecs are in the core; every other codec needs a module. -->
    <param name="inbound-codec-prefs" value="PCMU,PCMA"/>
    <param name="outbound-codec-prefs" value="PCMU,PCMA"/>
    <!-- FreeSWITCH refuses a carrier's offer without these codecs before the bridge rings. LiveKit offers both codecs and
         accepts the carrier's choice. -->
    <param name="inbound-late-negotiation" value="{{ not .public }}"/>
    <param name="dtmf-type" value="rfc2833"/>
    <param name="rfc2833-pt" value="101"/>
    <!-- An INVITE may require reliable provisional responses (RFC 3262). Without SDP in the INVITE, the 200 has the offer. -->
    <param name="enable-100rel" value="true"/>
    <param name="enable-3pcc" value="proxy"/>
    <!-- Neither side gets names, numbers or software versions of the other: no Remote-Party-ID, no X-FS-Support. -->
    <param name="caller-id-type" value="none"/>
    <param name="pass-callee-id" value="false"/>
    <!-- Without a timer, reading blocks while no packet arrives: the timeouts below would not work, and a silent peer would
         stop the sound of the other direction. -->
    <param name="rtp-timer-name" value="soft"/>
    <!-- Calls without sound would block the drain of a node. -->
    <param name="rtp-timeout-sec" value="{{ .root.Values.media.timeoutSeconds }}"/>
    <param name="rtp-hold-timeout-sec" value="{{ .root.Values.media.holdTimeoutSeconds }}"/>
    <param name="session-timeout" value="1800"/>
    <param name="enable-timer" value="true"/>
    <!-- A full or draining node responds to OPTIONS with 503. -->
    <param name="sip-options-respond-503-on-busy" value="true"/>
    <param name="user-agent-string" value="voice-platform"/>
    <param name="sip-trace" value="no"/>
    {{- if .public }}
    <!-- Carriers must not transfer calls to numbers of their choice. -->
    <param name="disable-transfer" value="true"/>
    {{- else }}
    <!-- NOTIFY reports the final result of a transfer to the bridge, not an immediate 200. -->
    <param name="confirm-blind-transfer" value="true"/>
    {{- end }}
  </settings>
</profile>
{{- end }}

{{/*
Additional sessions for calls above the limits: each exists briefly until FreeSWITCH refuses it.
*/}}
{{- define "freeswitch.refusedCalls" -}}1000{{- end }}

{{/*
The extension that refuses new calls while the pod drains (files/drain.sh). Calls that were admitted before continue and can
be transferred.
*/}}
{{- define "freeswitch.draining" -}}
<extension name="draining">
  <condition field="${node_draining}" expression="^true$">
    <action application="log" data="WARNING Call ${uuid} refused: the node drains"/>
    <action application="respond" data="503"/>
  </condition>
</extension>
{{- end }}

{{/*
Actions that admit or refuse a call before it has a second leg. A call counts until its first leg ends, also after
transfers.
*/}}
{{- define "freeswitch.admission" -}}
<!-- Warnings contain the channel's name, which must not be the caller's number. -->
<action application="set_name" data="call/${uuid}"/>
<action application="set" data="limit_ignore_transfer=true"/>
<action application="limit" data="hash node rate {{ .Values.limits.callsPerSecond }}/1 full XML refused"/>
<action application="limit" data="hash node calls {{ .Values.limits.calls }} full XML refused"/>
<action application="set" data="hangup_after_bridge=true"/>
<!-- Both legs have the same codec. -->
<action application="set" data="inherit_codec=true"/>
<action application="set" data="sip_cid_type=none"/>
<!-- FreeSWITCH forwards no headers to the other side. -->
<action application="export" data="sip_copy_custom_headers=false"/>
<action application="sched_hangup" data="+{{ .Values.drain.maxCallSeconds }} ALLOTTED_TIMEOUT"/>
{{- end }}

{{/*
Actions that record a call from its answer on. The sidecar uploads the recording when the call record exists. There is no
`record_post_process_exec_api`: an API call at the end of a call waits for a lock that SIGTERM holds for 10 s
(switch_loadable_module.c), and costs a fork.
*/}}
{{- define "freeswitch.recording" -}}
{{- if .Values.recording.enabled -}}
<action application="set" data="RECORD_STEREO=true"/>
<action application="set" data="execute_on_answer=record_session /recordings/open/${uuid}.wav"/>
{{- end }}
{{- end }}

{{/*
Causes after which FreeSWITCH tries another bridge, or the edge another node: they report a failed bridge or node.
*/}}
{{- define "freeswitch.bridgeFailures" -}}
NORMAL_TEMPORARY_FAILURE,PROGRESS_TIMEOUT,RECOVERY_ON_TIMER_EXPIRE,DESTINATION_OUT_OF_ORDER,NETWORK_OUT_OF_ORDER,SERVICE_UNAVAILABLE
{{- end }}

{{/*
Regular expression of the numbers that a carrier may dial. E.164 allows 15 digits. Call with the carrier's `outbound`.
*/}}
{{- define "freeswitch.dialable" -}}
^(?=\+[0-9]{4,15}$)(?:
{{- $alternatives := list }}
{{- range .prefixes }}{{ $alternatives = append $alternatives (printf "\\%s[0-9]*" .) }}{{ end }}
{{- range .numbers }}{{ $alternatives = append $alternatives (printf "\\%s" .) }}{{ end }}
{{- join "|" $alternatives }})$
{{- end }}

{{/*
Name of the variable for one part of a carrier's credentials. Call with {carrier, part}.
*/}}
{{- define "freeswitch.variable" -}}
{{ printf "CARRIER_%s_%s" .carrier .part | upper | replace "-" "_" }}
{{- end }}

{{/*
Variables and their sources in the vault, as JSON.
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
Names of the secrets that the pods read from the vault, as a JSON list.
*/}}
{{- define "freeswitch.secrets" -}}
{{- $names := list -}}
{{- range $variable, $secret := include "freeswitch.secretVariables" . | fromJson -}}
{{- $names = append $names (regexReplaceAll ":.*" $secret "") -}}
{{- end -}}
{{- toJson ($names | uniq | sortAlpha) -}}
{{- end }}

{{/*
Templates of the files that the init container writes, as JSON: file name to text. `event-socket` is the password for the
sidecars' scripts, `exporter` contains arguments of the metrics exporter.
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
Variables with which the scripts find FreeSWITCH and its bridge. Call with the chart's root.
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
Volumes that the containers share: the drain markers and the two disks. Call with the chart's root.
*/}}
{{- define "freeswitch.stateEnvironment" -}}
- {name: STATE, value: /run/freeswitch}
- {name: RECORDINGS, value: /recordings}
- {name: CALL_RECORDS, value: /call-records}
- {name: ENDPOINT_LAG_SECONDS, value: {{ .Values.drain.deregistrationDelaySeconds | quote }}}
{{- end }}

{{/*
Sends digital silence (-1) while a caller is muted or on hold, so that the bridge can distinguish a silent caller from a
dead FreeSWITCH.
*/}}
{{- define "freeswitch.steadyMedia" -}}
<action application="set" data="bridge_generate_comfort_noise=-1"/>
{{- end }}
