#!/bin/sh
# Answers one probe: 200 while new calls may come. Not while the pod drains, FreeSWITCH is paused or stops, or nobody
# would take the calls. A full FreeSWITCH stays ready: it answers 503, and whoever calls tries another.
set -eu
. "$(dirname "$0")/event_socket.sh"

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s\n' \
    "$1" $((${#2} + 1)) "$2"
  exit 0
}

# The request is read to its end, or closing would reset the connection under the answer.
while read -r line && [ -n "${line%?}" ]; do :; done

[ ! -e "$STATE/draining" ] || answer "503 Service Unavailable" "draining"
ready=$(freeswitch fsctl ready_check) || answer "503 Service Unavailable" "FreeSWITCH does not answer"
paused=$(freeswitch fsctl pause_check inbound) || answer "503 Service Unavailable" "FreeSWITCH does not answer"
# Ready is what is not paused both ways; calls come in.
[ "$ready" = true ] && [ "$paused" = false ] || answer "503 Service Unavailable" "FreeSWITCH is paused or stops"
if [ -n "${BRIDGE_HEALTH:-}" ]; then
  curl --silent --fail --max-time 2 --output /dev/null "http://$PRIVATE_ADDRESS:$BRIDGE_HEALTH/" ||
    answer "503 Service Unavailable" "the bridge of this node is not ready"
fi
answer "200 OK" "ready"
