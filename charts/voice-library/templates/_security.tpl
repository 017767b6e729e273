{{/*
Security context of a pod. No user on a node has the id 10001.
*/}}
{{- define "voice-library.podSecurityContext" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/*
Security context of a container.
*/}}
{{- define "voice-library.containerSecurityContext" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/*
Annotations of a pod template: one rolls the pods, one keeps the autoscaler from ending calls. Call with {root, config};
`config` is text whose change must roll the pods.
*/}}
{{- define "voice-library.podAnnotations" -}}
{{- with .config }}
voice.platform/configuration: {{ sha256sum . | trunc 16 | quote }}
{{- end }}
{{- range $name, $generation := .root.Values.secretGenerations }}
voice.platform/secret-{{ $name }}: {{ $generation | quote }}
{{- end }}
{{- if .root.Values.drain }}
cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
{{- end }}
{{- end }}

{{/*
The ServiceAccount, if the chart creates it. Call with the chart's root.
*/}}
{{- define "voice-library.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "voice-library.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "voice-library.labels" . | nindent 4 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
