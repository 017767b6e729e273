#!/bin/sh
# Answers one probe: 200 while new calls can be taken and kept. A full FreeSWITCH stays ready: it refuses with 503, and
# the caller tries another node. Every change of the answer is logged.
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

# Fails when a disk is as good as full. A call must not be taken whose recording or record cannot be written.
has_space() {
  used=$(df -P "$1" | awk 'NR == 2 { print $5 + 0 }')
  [ "${used:-100}" -lt "${FULL_PERCENT:-95}" ]
}

# The request is read to its end, or closing would reset the connection under the answer.
while read -r line && [ -n "${line%?}" ]; do :; done

[ ! -e "$STATE/draining" ] || unready "draining"
has_space "$RECORDINGS" || unready "the disk for recordings is full"
has_space "$CALL_RECORDS" || unready "the disk for call records is full"
ready=$(freeswitch fsctl ready_check) || unready "FreeSWITCH does not answer"
paused=$(freeswitch fsctl pause_check inbound) || unready "FreeSWITCH does not answer"
# `ready_check` is about both directions together; calls come in.
[ "$ready" = true ] && [ "$paused" = false ] || unready "FreeSWITCH is paused or stops"
# A profile whose port was taken is left out, or answers 503 to every call.
profiles=$(freeswitch sofia status | awk '$2 == "profile" && $4 == "RUNNING" { print $1 }' | sort | tr '\n' ' ')
[ "$profiles" = "carrier edge inside " ] || unready "a SIP profile does not run; running: $profiles"
if [ -n "${BRIDGE_HEALTH:-}" ]; then
  curl --silent --fail --max-time 2 --output /dev/null "http://$PRIVATE_ADDRESS:$BRIDGE_HEALTH/" ||
    unready "the bridge of this node is not ready"
fi
answer "200 OK" "ready"
