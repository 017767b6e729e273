#!/bin/sh
# Responds to one probe: 200 while the pod can accept and record new calls. A full FreeSWITCH stays ready: it refuses calls
# with 503, and the client tries another node. Logs every change of the response.
set -eu
. "$(dirname "$0")/event_socket.sh"

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n' \
    "$1" $((${#2} + 1)) "$2"
  if [ "$2" != "$(cat "$STATE/health" 2>/dev/null)" ]; then
    echo "health: $1: $2" >&2
    echo "$2" >"$STATE/health"
  fi
  exit 0
}

unready() { answer "503 Service Unavailable" "$1"; }

# Fails if a disk is almost full. The pod must not accept a call whose recording or record it cannot write.
has_space() {
  used=$(df -P "$1" | awk 'NR == 2 { print $5 + 0 }')
  [ "${used:-100}" -lt "${FULL_PERCENT:-95}" ]
}

# Reads the whole request; otherwise closing would reset the connection before the response arrives.
while read -r line && [ -n "${line%?}" ]; do :; done

[ ! -e "$STATE/draining" ] || unready "draining"
has_space "$RECORDINGS" || unready "the disk for recordings is full"
has_space "$CALL_RECORDS" || unready "the disk for call records is full"
ready=$(freeswitch fsctl ready_check) || unready "FreeSWITCH does not respond"
paused=$(freeswitch fsctl pause_check inbound) || unready "FreeSWITCH does not respond"
# `ready_check` covers both directions together; this checks inbound calls.
[ "$ready" = true ] && [ "$paused" = false ] || unready "FreeSWITCH is paused or stopping"
# FreeSWITCH omits a profile whose port was in use, or the profile refuses every call with 503.
profiles=$(freeswitch sofia status | awk '$2 == "profile" && $4 == "RUNNING" { print $1 }' | sort | tr '\n' ' ')
[ "$profiles" = "carrier edge inside " ] || unready "a SIP profile does not run; running: $profiles"
if [ -n "${BRIDGE_HEALTH:-}" ]; then
  curl --silent --fail --max-time 2 --output /dev/null "http://$PRIVATE_ADDRESS:$BRIDGE_HEALTH/" ||
    unready "the bridge of this node is not ready"
fi
answer "200 OK" "ready"
