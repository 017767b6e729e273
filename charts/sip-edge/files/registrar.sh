#!/bin/sh
# Lets exactly one pod register with carriers: the one that holds the lease. A holder that cannot renew the lease stops
# registering well before another pod may take it.
set -eu

interval="${RENEW_SECONDS:-3}"
duration="${LEASE_SECONDS:-15}"
# A registration over UDP that lasts longer than this is renewed this often: the NAT gateway forgets a UDP flow that is
# idle for 240 s, and then a carrier cannot call back to where the registration came from.
keep="${KEEP_SECONDS:-180}"

active=unknown
refreshed=0

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

# Calls a method of Kamailio with its parameters, a JSON list, and prints the response.
control() {
  curl --silent --show-error --fail --max-time 5 "$CONTROL" \
    --data '{"jsonrpc":"2.0","method":"'"$1"'","params":'"$2"',"id":1}'
}

# Every turn, not only when it changes: Kamailio starts with registrations off, also when it alone restarts.
register() {
  control uac.reg_active "[$1]" >/dev/null || return 1
  [ "$active" = "$1" ] && return 0
  # Another pod may have registered meanwhile, so what this pod registered before does not count.
  if [ "$1" = 1 ]; then
    refresh true
    refreshed=$(date +%s)
  fi
  active=$1
  echo "registrar: registrations $([ "$1" = 1 ] && echo on || echo off)"
}

# Renews the registrations that a jq condition selects.
refresh() {
  control uac.reg_dump '[]' | jq --raw-output ".result[]? | select($1) | .l_uuid" | while read -r name; do
    control uac.reg_enable "[\"l_uuid\",\"$name\"]" >/dev/null
    echo "registrar: renews $name"
  done
}

# A registrar may grant more than the edge asked for, or demand it (423), and Kamailio goes by what was granted.
keep_open() {
  [ $(($(date +%s) - refreshed)) -lt "$keep" ] && return 0
  refreshed=$(date +%s)
  refresh ".diff_expires > $keep and (.auth_proxy | contains(\"transport=udp\"))"
}

renewed=0
while :; do
  if hold; then
    renewed=$(date +%s)
    if register 1; then keep_open || true; fi
  elif [ $(($(date +%s) - renewed)) -ge $((duration - 2 * interval)) ]; then
    register 0 || true
  fi
  sleep "$interval"
done
