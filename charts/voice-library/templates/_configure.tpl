{{/*
Configuration with values that only the vault and the node have. The ConfigMap has `${NAME}` in their places; an init
container replaces these and writes the result to memory.

The ConfigMap with the templates and the script. Call with {root, templates}; `templates` maps file names to text.
*/}}
{{- define "voice-library.configureMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .root.Release.Name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "voice-library.labels" .root | nindent 4 }}
data:
  configure.sh: |
    {{- include "voice-library.configureScript" . | nindent 4 }}
  {{- range $file, $text := .templates }}
  {{ $file }}: |
    {{- $text | nindent 4 }}
  {{- end }}
{{- end }}

{{/*
The init container. Call with {root, templates, secrets, variables, nodeAddress}. `templates` lists the file names to
write. `secrets` maps variables to names in the vault (`name:user` and `name:password` select one half of a secret
`user:password`). `variables` maps other variables to values that are not secret. `nodeAddress` adds PUBLIC_ADDRESS, the
node's public address, and needs the permission to read nodes. With `nodeAddress` or `hostAddress`, PRIVATE_ADDRESS is the
node's address.
*/}}
{{- define "voice-library.configure" -}}
- name: configure
  image: {{ include "voice-library.image" .root.Values.toolsImage }}
  imagePullPolicy: {{ .root.Values.toolsImage.pullPolicy | default "IfNotPresent" }}
  command: [/bin/sh, /templates/configure.sh]
  env:
    - {name: TEMPLATES, value: /templates}
    - {name: CONFIGURATION, value: /configuration}
    - {name: SECRETS, value: /secrets}
    - {name: FILES, value: {{ join " " (keys .templates | sortAlpha) | quote }}}
    - name: SECRET_VARIABLES
      value: {{ $pairs := list }}{{ range $variable, $secret := .secrets }}{{ $pairs = append $pairs (printf "%s=%s" $variable $secret) }}{{ end }}{{ join " " $pairs | quote }}
    - {name: PLAIN_VARIABLES, value: {{ join " " (concat (keys (.variables | default dict)) (list "PRIVATE_ADDRESS" "POD_NAME" "NODE_NAME") | sortAlpha) | quote }}}
    - name: PRIVATE_ADDRESS
      valueFrom: {fieldRef: {fieldPath: {{ ternary "status.hostIP" "status.podIP" (or .nodeAddress .hostAddress | default false) }}}}
    - name: POD_NAME
      valueFrom: {fieldRef: {fieldPath: metadata.name}}
    - name: NODE_NAME
      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
    - {name: NODE_ADDRESS, value: {{ ternary "required" "none" (.nodeAddress | default false) | quote }}}
    {{- range $variable, $value := .variables }}
    - {name: {{ $variable }}, value: {{ $value | quote }}}
    {{- end }}
  {{- include "voice-library.containerSecurityContext" .root | nindent 2 }}
  # Its maximum need, below the requests of the other containers, so the pod's QoS class stays.
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}
  volumeMounts:
    - {name: templates, mountPath: /templates, readOnly: true}
    - {name: configuration, mountPath: /configuration}
    {{- if .secrets }}
    - {name: secrets, mountPath: /secrets, readOnly: true}
    {{- end }}
    {{- if .nodeAddress }}
    - {name: kubernetes, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
    {{- end }}
{{- end }}

{{/*
The volumes of `configure`. Call with {root, secrets, token}: set `secrets` if the pod reads any, `token` if a container calls
the API server.
*/}}
{{- define "voice-library.configureVolumes" -}}
- name: templates
  configMap: {name: {{ .root.Release.Name }}}
- name: configuration
  emptyDir: {medium: Memory, sizeLimit: 16Mi}
{{- if .secrets }}
{{ include "voice-library.secretsVolume" .root }}
{{- end }}
{{- if .token }}
{{ include "voice-library.tokenVolume" .root }}
{{- end }}
{{- end }}

{{/*
The token of the pod's ServiceAccount. Call with the chart's root.
*/}}
{{- define "voice-library.tokenVolume" -}}
# Not mounted automatically: only containers that call the API server mount it.
- name: kubernetes
  projected:
    sources:
      - serviceAccountToken: {path: token, expirationSeconds: 3600}
      - configMap:
          name: kube-root-ca.crt
          items: [{key: ca.crt, path: ca.crt}]
      - downwardAPI:
          items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]
{{- end }}

{{/*
The permission to read nodes, for `nodeAddress`. Call with the chart's root.
*/}}
{{- define "voice-library.nodeReader" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ .Release.Namespace }}-{{ .Release.Name }}-node-address
  labels:
    {{- include "voice-library.labels" . | nindent 4 }}
rules:
  # RBAC cannot limit a pod to its own node: the node's name is unknown before scheduling.
  - {apiGroups: [""], resources: [nodes], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ .Release.Namespace }}-{{ .Release.Name }}-node-address
  labels:
    {{- include "voice-library.labels" . | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: {{ .Release.Namespace }}-{{ .Release.Name }}-node-address
subjects:
  - {kind: ServiceAccount, name: {{ include "voice-library.serviceAccountName" . }}, namespace: {{ .Release.Namespace }}}
{{- end }}

{{- define "voice-library.configureScript" -}}
#!/bin/sh
# Fills in the configuration. Fails closed: a pod without its secrets or its address must not start.
set -eu
umask 077

fail() {
  echo "configure: $1" >&2
  exit 1
}

names="$PLAIN_VARIABLES"
for pair in $SECRET_VARIABLES; do
  name=${pair%%=*}
  secret=${pair#*=}
  part=${secret#*:}
  secret=${secret%%:*}
  [ -s "$SECRETS/$secret" ] || fail "secret $secret is missing or empty in the vault"
  value=$(cat "$SECRETS/$secret")
  # These would end a string in the configuration that they are put into.
  case $value in
    *'"'* | *\\* | *'
'*) fail "secret $secret has a quote, a backslash or a line break; generate it without" ;;
  esac
  case $part in
    user | password)
      case $value in
        *:*:*) fail "secret $secret has more than one colon; it is user:password, neither with a colon" ;;
        ?*:?*) ;;
        *) fail "secret $secret is not user:password" ;;
      esac
      [ "$part" = user ] && value=${value%%:*} || value=${value#*:}
      ;;
  esac
  export "$name=$value"
  names="$names $name"
done

if [ "$NODE_ADDRESS" = required ]; then
  # Once, at the start: an AKS node may lose its address from its status for minutes without losing the address.
  PUBLIC_ADDRESS=$(kubectl get node "$NODE_NAME" \
    --output 'jsonpath={.status.addresses[?(@.type=="ExternalIP")].address}') || fail "node $NODE_NAME cannot be read"
  [ -n "$PUBLIC_ADDRESS" ] || fail "node $NODE_NAME has no public address; its pool needs node public IPs"
  export PUBLIC_ADDRESS
  names="$names PUBLIC_ADDRESS"
fi

listed=""
for name in $names; do
  eval "value=\${$name-}"
  [ -n "$value" ] || fail "variable $name is empty"
  listed="$listed \${$name}"
done

for file in $FILES; do
  (
    case $file in
      *.xml)
        # These two are XML's own.
        for name in $names; do
          eval "value=\$$name"
          value=$(printf '%s' "$value" | sed 's/&/\&amp;/g; s/</\&lt;/g')
          export "$name=$value"
        done
        ;;
    esac
    envsubst "$listed" <"$TEMPLATES/$file" >"$CONFIGURATION/$file"
  )
  # YAML may have taken the last line break, which some readers want.
  [ -z "$(tail -c 1 "$CONFIGURATION/$file")" ] || echo >>"$CONFIGURATION/$file"
  if grep -n '\${[A-Z_]*}' "$CONFIGURATION/$file" >&2; then
    fail "$file names variables that nobody fills in (above)"
  fi
done
{{- end }}
