{{/*
One daily job. Call with {root, job, values, env}: `job` is the name of the script and of the container, `values` has
schedule, deadline and disk, `env` lists variables in addition to those of every job.
*/}}
{{- define "database-jobs.cronJob" -}}
{{- $root := .root -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ $root.Release.Name }}-{{ .job }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "voice-library.labels" $root | nindent 4 }}
spec:
  schedule: {{ .values.schedule | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  # A run that missed its time starts within the hour; otherwise it is skipped.
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: {{ .values.deadlineSeconds }}
      template:
        metadata:
          labels:
            {{- include "voice-library.labels" $root | nindent 12 }}
            azure.workload.identity/use: "true"
        spec:
          restartPolicy: Never
          serviceAccountName: {{ include "voice-library.serviceAccountName" $root }}
          automountServiceAccountToken: false
          {{- include "voice-library.podSecurityContext" $root | nindent 10 }}
          {{- with $root.Values.priorityClassName }}
          priorityClassName: {{ . }}
          {{- end }}
          {{- with $root.Values.pool.name }}
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                  - matchExpressions:
                      - {key: voice.platform/pool, operator: In, values: [{{ . }}]}
          {{- end }}
          containers:
            - name: {{ .job }}
              image: {{ include "voice-library.image" $root.Values.image }}
              imagePullPolicy: {{ $root.Values.image.pullPolicy }}
              command: [/bin/sh, /scripts/{{ .job }}.sh]
              env:
                {{- toYaml .env | nindent 16 }}
                - {name: WORK, value: /work}
                - {name: AZCOPY_AUTO_LOGIN_TYPE, value: WORKLOAD}
                - {name: AZCOPY_LOG_LOCATION, value: /tmp}
                - {name: AZCOPY_JOB_PLAN_LOCATION, value: /tmp}
              {{- include "voice-library.containerSecurityContext" $root | nindent 14 }}
              resources:
                {{- toYaml $root.Values.resources | nindent 16 }}
              volumeMounts:
                - {name: scripts, mountPath: /scripts, readOnly: true}
                - {name: work, mountPath: /work}
                - {name: temporary, mountPath: /tmp}
          volumes:
            - name: scripts
              configMap: {name: {{ $root.Release.Name }}}
            - name: work
              ephemeral:
                volumeClaimTemplate:
                  metadata:
                    labels:
                      {{- include "voice-library.selectorLabels" $root | nindent 22 }}
                  spec:
                    accessModes: [ReadWriteOnce]
                    storageClassName: {{ .values.storageClass }}
                    resources: {requests: {storage: {{ .values.size }}}}
            - name: temporary
              emptyDir: {sizeLimit: 1Gi}
{{- end }}
