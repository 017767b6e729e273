#!/bin/sh
# Ends FreeSWITCH without ending a call: become unready, keep taking calls until everybody has seen it, refuse new ones
# both ways, wait for the last to end. An error counts as busy: better late than a cut call.
set -eu
. "$(dirname "$0")/event_socket.sh"

touch "$STATE/draining"
sleep "$ENDPOINT_LAG_SECONDS"

paused=
deadline=$(($(date +%s) + MAX_CALL_SECONDS))
while [ "$(date +%s)" -lt "$deadline" ]; do
  if [ -z "$paused" ] && freeswitch fsctl pause >/dev/null; then paused=yes; fi
  # Channels, not calls: a leg that is parked or rings counts too.
  channels=$(freeswitch show channels count | awk '/ total/ { print $1 }')
  if [ -n "$paused" ] && [ "$channels" = 0 ]; then break; fi
  sleep "${POLL_SECONDS:-5}"
done
touch "$STATE/drained"
