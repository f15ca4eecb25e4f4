{{- define "sluice.labels" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- define "sluice.image" -}}
{{- if .Values.image.digest -}}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{- else -}}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- /* All that the operator's pod listens on; the NetworkPolicy opens these and no others. */ -}}
{{- define "sluice.ports" -}}
- {name: metrics, containerPort: {{ .Values.metrics.port }}}
- {name: probes, containerPort: {{ .Values.probes.port }}}
- {name: api, containerPort: {{ .Values.api.port }}}
{{- end -}}
{{- /* Pod Security's restricted profile, for the pod and for each container. */ -}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end -}}
{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
{{- /* Annotations of what runs once the release is gone, in the order of the given weight. */ -}}
{{- define "sluice.uninstallHook" -}}
helm.sh/hook: post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
{{- /* What the schema of the values cannot say, since it is of two values. */ -}}
{{- define "sluice.validate" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection) -}}
{{- fail "replicas over 1 need leaderElection: true, or every replica would write: set it, or replicas: 1." -}}
{{- end -}}
{{- range $namespace, $_ := .Values.busSecrets -}}
{{- if not (has $namespace $.Values.watchNamespaces) -}}
{{- fail (printf "busSecrets names the namespace %s, which is not in watchNamespaces: add it there, or remove it here." $namespace) -}}
{{- end -}}
{{- end -}}
{{- range $namespace := .Values.restartOnSecretsIn -}}
{{- if not (has $namespace $.Values.watchNamespaces) -}}
{{- fail (printf "restartOnSecretsIn names the namespace %s, which is not in watchNamespaces: add it there, or remove it here." $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}
