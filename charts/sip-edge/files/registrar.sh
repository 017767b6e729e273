#!/bin/sh
# Lets exactly one pod register with carriers: the one that holds the lease. A holder that cannot renew stops at once,
# well before another may take over.
set -eu

interval="${RENEW_SECONDS:-3}"
duration="${LEASE_SECONDS:-15}"
active=unknown

# `kubectl replace` refuses an object that changed since it was read: two pods cannot both take the lease.
hold() {
  lease=$(kubectl get lease "$LEASE" --namespace "$NAMESPACE" --output json) || return 1
  now=$(date +%s)
  new=$(printf '%s' "$lease" | jq --compact-output --exit-status --arg me "$POD_NAME" \
    --argjson now "$now" --argjson duration "$duration" '
      def seconds: if . == null then 0 else (.[0:19] + "Z" | fromdateiso8601) end;
      if .spec.holderIdentity == $me or (.spec.holderIdentity // "") == ""
         or (.spec.renewTime | seconds) + $duration < $now
      then .spec.holderIdentity = $me | .spec.leaseDurationSeconds = $duration
           | .spec.renewTime = ($now | todateiso8601 | .[0:19] + ".000000Z")
      else empty end') || return 1
  printf '%s' "$new" | kubectl replace --namespace "$NAMESPACE" --filename - >/dev/null
}

register() {
  [ "$active" = "$1" ] && return 0
  curl --silent --show-error --fail --max-time 5 --output /dev/null "$CONTROL" \
    --data '{"jsonrpc":"2.0","method":"uac.reg_active","params":['"$1"'],"id":1}' || return 1
  active=$1
  echo "registrar: registrations $([ "$1" = 1 ] && echo on || echo off)"
}

renewed=0
while :; do
  if hold; then
    renewed=$(date +%s)
    register 1 || true
  elif [ $(($(date +%s) - renewed)) -ge $((duration - 2 * interval)) ]; then
    register 0 || true
  fi
  sleep "$interval"
done
