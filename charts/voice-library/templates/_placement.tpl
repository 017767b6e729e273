{{/*
Placement of the pods: on the pool's generations that are not retiring, never two on one node. Call with the chart's
root. An empty `pool.name` allows any node.
*/}}
{{- define "voice-library.placement" -}}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.pool.name }}
tolerations:
  # Tolerates the pool's taint, which keeps other pods off its nodes.
  - {key: {{ . }}, operator: Equal, value: "true", effect: NoSchedule}
{{- end }}
affinity:
  {{- with .Values.pool.name }}
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - {key: voice.platform/pool, operator: In, values: [{{ . }}]}
            {{- with $.Values.pool.generations }}
            # Omits retiring generations: the rollout moves the pods off them one by one.
            - {key: voice.platform/generation, operator: In, values: {{ toJson . }}}
            {{- end }}
  {{- end }}
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "voice-library.selectorLabels" . | nindent 12 }}
{{- if gt (len .Values.zones) 1 }}
topologySpreadConstraints:
  - topologyKey: topology.kubernetes.io/zone
    maxSkew: 1
    # A zone outage must not prevent the other zones from accepting its calls.
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "voice-library.selectorLabels" . | nindent 8 }}
{{- end }}
{{- end }}

{{/*
Rollout of a Deployment: a new pod starts first, then an old one stops when its calls have ended.
*/}}
{{- define "voice-library.rollout" -}}
strategy:
  type: RollingUpdate
  rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
# A rollout lasts as long as its longest call; a shorter deadline would report a failure although none occurred.
progressDeadlineSeconds: 2147483647
revisionHistoryLimit: 5
{{- end }}

{{/*
Allows one voluntary eviction at a time. With zero, AKS would refuse every upgrade. Call with the chart's root.
*/}}
{{- define "voice-library.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "voice-library.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  # The eviction of an unready pod ends no call that is worth waiting for.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "voice-library.selectorLabels" . | nindent 6 }}
{{- end }}

{{/*
Scaling on a metric with KEDA. Call with {root, query, threshold}: one more pod for each `threshold` of `query`.
Scale-down removes one pod per minute; its drain lets every call end.
*/}}
{{- define "voice-library.scaledObject" -}}
{{- $scaling := .root.Values.autoscaling -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ .root.Release.Name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "voice-library.labels" .root | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .root.Release.Name }}}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: 15
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        scaleUp:
          stabilizationWindowSeconds: 0
        scaleDown:
          stabilizationWindowSeconds: 600
          policies: [{type: Pods, value: 1, periodSeconds: 60}]
  triggers:
    - type: prometheus
      # The average over pods: KEDA requests enough pods to keep each one at the threshold.
      metricType: AverageValue
      metadata:
        serverAddress: {{ required "autoscaling.prometheusAddress is missing while autoscaling.enabled" $scaling.prometheusAddress | quote }}
        query: {{ .query | quote }}
        threshold: {{ .threshold | quote }}
        # Without a response from Prometheus, keep the current number of pods.
        ignoreNullValues: "false"
      {{- with $scaling.authentication }}
      authenticationRef: {kind: ClusterTriggerAuthentication, name: {{ . }}}
      {{- end }}
{{- end }}

{{/*
Refuses a grace period that would end calls. Call with the chart's root.
*/}}
{{- define "voice-library.drainFits" -}}
{{- $budget := add .Values.drain.deregistrationDelaySeconds .Values.drain.maxCallSeconds .Values.drain.uploadSeconds -}}
{{- if gt (int $budget) (int .Values.drain.graceSeconds) -}}
{{- fail (printf "drain.graceSeconds is %d; deregistration delay, longest call and upload together need at least %d" (int .Values.drain.graceSeconds) (int $budget)) -}}
{{- end -}}
{{- end }}

{{/*
Start of every Deployment: name, number of pods, rollout. Call with the chart's root.
*/}}
{{- define "voice-library.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "voice-library.labels" . | nindent 4 }}
  {{- with include "voice-library.exceptions" . }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  {{- if not (.Values.autoscaling | default dict).enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "voice-library.selectorLabels" . | nindent 6 }}
  {{- include "voice-library.rollout" . | nindent 2 }}
{{- end }}

{{/*
Start of every pod template. Call with {root, config, hostNetwork, graceSeconds}.
*/}}
{{- define "voice-library.podTemplate" -}}
metadata:
  labels:
    {{- include "voice-library.labels" .root | nindent 4 }}
    azure.workload.identity/use: "true"
  annotations:
    {{- include "voice-library.podAnnotations" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "voice-library.serviceAccountName" .root }}
  automountServiceAccountToken: false
  {{- if .hostNetwork }}
  # Audio uses the node's own address, without translation.
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  terminationGracePeriodSeconds: {{ .graceSeconds }}
  {{- include "voice-library.podSecurityContext" .root | nindent 2 }}
  {{- include "voice-library.placement" .root | nindent 2 }}
{{- end }}

{{/*
Annotations for checkov: the rules that an object breaks, with reasons, from the chart's Chart.yaml.
*/}}
{{- define "voice-library.exceptions" -}}
{{- range $key, $reason := .Chart.Annotations }}
{{- if hasPrefix "checkov.io/" $key }}
{{ $key }}: {{ $reason | quote }}
{{- end }}
{{- end }}
{{- end }}
