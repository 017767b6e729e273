{{/*
The SecretProviderClass, if the chart creates it: secrets, vault, identity. Call with {root, secrets, environment};
`secrets` are names in the vault. `environment` maps keys of a Secret, which the driver keeps in sync, to names among
them.
*/}}
{{- define "voice-library.secretProviderClass" -}}
{{- $class := .root.Values.secretProviderClass -}}
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata:
  name: {{ include "voice-library.secretProviderClassName" .root }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "voice-library.labels" .root | nindent 4 }}
spec:
  provider: azure
  parameters:
    clientID: {{ required "secretProviderClass.clientId is missing: the identity that reads the vault" $class.clientId | quote }}
    keyvaultName: {{ required "secretProviderClass.vault is missing: the vault's name" $class.vault | quote }}
    tenantId: {{ required "secretProviderClass.tenantId is missing: the vault's tenant" $class.tenantId | quote }}
    objects: |
      array:
      {{- range .secrets }}
        - |
          objectName: {{ . }}
          objectType: secret
      {{- end }}
  {{- with .environment }}
  secretObjects:
    - secretName: {{ $.root.Release.Name }}
      type: Opaque
      data:
        {{- range $key, $secret := . }}
        - {key: {{ $key }}, objectName: {{ $secret }}}
        {{- end }}
  {{- end }}
{{- end }}

{{/*
The volume `secrets`: one file per secret of the SecretProviderClass. Call with the chart's root.
*/}}
{{- define "voice-library.secretsVolume" -}}
- name: secrets
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes: {secretProviderClass: {{ include "voice-library.secretProviderClassName" . }}}
{{- end }}
