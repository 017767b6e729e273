{{/*
Names of the carriers with registration, in order, as a JSON list.
*/}}
{{- define "sip-edge.registers" -}}
{{- $names := list -}}
{{- range .Values.carriers -}}
{{- if eq .mode "register" -}}{{- $names = append $names .name -}}{{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end }}

{{/*
Transports of the carriers with registration, as a JSON list.
*/}}
{{- define "sip-edge.registrarTransports" -}}
{{- $transports := list -}}
{{- range .Values.carriers -}}
{{- if eq .mode "register" -}}{{- $transports = append $transports (.registrar.transport | default "udp") -}}{{- end -}}
{{- end -}}
{{- toJson $transports -}}
{{- end }}

{{/*
Name of the variable for one part of a carrier's credentials. Call with {carrier, part}.
*/}}
{{- define "sip-edge.variable" -}}
{{ printf "%s_%s" .carrier .part | upper | replace "-" "_" }}
{{- end }}

{{/*
Variables and their sources in the vault, as JSON.
*/}}
{{- define "sip-edge.secretVariables" -}}
{{- $variables := dict -}}
{{- range $carrier := .Values.carriers -}}
{{- if eq $carrier.mode "register" -}}
{{- range tuple "user" "password" -}}
{{- $variable := include "sip-edge.variable" (dict "carrier" $carrier.name "part" .) -}}
{{- $_ := set $variables $variable (printf "%s:%s" $carrier.credentials .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $variables -}}
{{- end }}

{{/*
Kamailio's configuration; the init container replaces `${PRIVATE_ADDRESS}`.
*/}}
{{- define "sip-edge.kamailio" -}}
{{- $registers := include "sip-edge.registers" . | fromJsonArray -}}
{{- $context := merge (dict "listen" "${PRIVATE_ADDRESS}" "configuration" "/configuration" "destinations" "/destinations" "registers" $registers) . -}}
{{- tpl (.Files.Get "files/kamailio.cfg") $context -}}
{{- end }}

{{/*
Allowed senders: group, address, mask length, port (0: any), carrier.
*/}}
{{- define "sip-edge.carriers" -}}
{{- range $carrier := .Values.carriers }}
{{- range $carrier.signallingCidrs }}
{{- $parts := splitList "/" . }}
1 {{ index $parts 0 }} {{ index $parts 1 }} 0 {{ $carrier.name }}
{{- end }}
{{- end }}
{{ end }}

{{/*
Registrations, as a table of Kamailio's text database: one line per carrier, columns separated by colons.
*/}}
{{- define "sip-edge.registrations" -}}
id(int,auto) l_uuid(string) l_username(string) l_domain(string) r_username(string) r_domain(string) realm(string) auth_username(string) auth_password(string) auth_ha1(string,null) auth_proxy(string) expires(int) flags(int) reg_delay(int) contact_addr(string,null) socket(string,null)
{{- range $position, $carrier := .Values.carriers }}
{{- if eq $carrier.mode "register" }}
{{- $user := printf "${%s}" (include "sip-edge.variable" (dict "carrier" $carrier.name "part" "user")) }}
{{- $password := printf "${%s}" (include "sip-edge.variable" (dict "carrier" $carrier.name "part" "password")) }}
{{- $registrar := required (printf "carriers[%d].registrar is missing: where %s takes registrations" $position $carrier.name) $carrier.registrar }}
{{ add1 $position }}:{{ $carrier.name }}:{{ $user }}:{{ $.Values.host }}:{{ $user }}:{{ $registrar.host }}:{{ $registrar.realm | default $registrar.host }}:{{ $user }}:{{ $password }}::sip\:{{ $registrar.host }}\:{{ $registrar.port | default 5060 }};transport={{ $registrar.transport | default "udp" }}:{{ $registrar.expirySeconds | default 180 }}:0:0::
{{- end }}
{{- end }}
{{ end }}

{{/*
Versions of the tables in the text database.
*/}}
{{- define "sip-edge.tableVersions" -}}
id(int,auto) table_name(string) table_version(int)
1:uacreg:5
{{ end }}

{{/*
TLS. Kamailio identifies calling carriers by address, so they need no certificate. It loads certificate authorities only if a
carrier uses registration over TLS, because every process loads all of them, which takes many seconds at the start and at
every tls.reload.
*/}}
{{- define "sip-edge.tls" -}}
[server:default]
method = TLSv1.2+
certificate = /certificates/tls.crt
private_key = /certificates/tls.key
verify_certificate = no
require_certificate = no

[client:default]
method = TLSv1.2+
verify_certificate = yes
require_certificate = yes
{{- if has "tls" (include "sip-edge.registrarTransports" . | fromJsonArray) }}
ca_list = /etc/ssl/certs/ca-certificates.crt
{{- end }}
{{ end }}

{{/*
Templates of the files that the init container writes, as JSON: file name to text.
*/}}
{{- define "sip-edge.files" -}}
{{- $files := dict "kamailio.cfg" (include "sip-edge.kamailio" .) "carriers" (include "sip-edge.carriers" .) -}}
{{- if include "sip-edge.registers" . | fromJsonArray -}}
{{- $_ := set $files "uacreg" (include "sip-edge.registrations" .) -}}
{{- $_ := set $files "version" (include "sip-edge.tableVersions" .) -}}
{{- end -}}
{{- if .Values.certificateSecret -}}
{{- $_ := set $files "tls.cfg" (include "sip-edge.tls" .) -}}
{{- end -}}
{{- toJson $files -}}
{{- end }}

{{/*
Names of the secrets that the pods read from the vault, as a JSON list.
*/}}
{{- define "sip-edge.secrets" -}}
{{- $names := list -}}
{{- range .Values.carriers -}}
{{- if eq .mode "register" -}}{{- $names = append $names .credentials -}}{{- end -}}
{{- end -}}
{{- toJson ($names | uniq) -}}
{{- end }}

{{/*
Environment variables of the scripts. Call with the chart's root.
*/}}
{{- define "sip-edge.scriptEnvironment" -}}
- {name: DESTINATIONS, value: /destinations}
- {name: CONTROL, value: "http://127.0.0.1:{{ .Values.ports.control }}/RPC"}
- {name: FREESWITCH_SERVICE, value: {{ .Values.freeswitch.service }}}
- {name: FREESWITCH_NAMESPACE, value: {{ .Values.freeswitch.namespace }}}
- {name: FREESWITCH_PORT, value: {{ .Values.freeswitch.port | quote }}}
- {name: LEASE, value: {{ .Release.Name }}-registrar}
- {name: NAMESPACE, value: {{ .Release.Namespace }}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}
