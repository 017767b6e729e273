{{/*
Labels of every object. Call with the chart's root.
*/}}
{{- define "voice-library.labels" -}}
{{ include "voice-library.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: voice-platform
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/*
Labels by which a Deployment, a Service and a policy select pods; they never change. Call with the chart's root.
*/}}
{{- define "voice-library.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
Reference of an image: repository, tag and digest; the digest takes precedence. Call with the image's values.
*/}}
{{- define "voice-library.image" -}}
{{- $repository := required "image.repository is missing: name the image" .repository -}}
{{- if not (or .tag .digest) -}}
{{- fail (printf "image %s has neither tag nor digest: set one, best the digest" $repository) -}}
{{- end -}}
{{- $repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/*
Name of the ServiceAccount. Call with the chart's root.
*/}}
{{- define "voice-library.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default .Release.Name }}
{{- end }}

{{/*
Name of the SecretProviderClass. Call with the chart's root.
*/}}
{{- define "voice-library.secretProviderClassName" -}}
{{ .Values.secretProviderClass.name | default .Release.Name }}
{{- end }}
