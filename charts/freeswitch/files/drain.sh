#!/bin/sh
# Ends FreeSWITCH without ending a call: become unready, keep taking calls until everybody has seen it, refuse new ones
# both ways, wait for the last to end. An error counts as busy: better late than a cut call.
set -eu
. "$(dirname "$0")/event_socket.sh"

touch "$STATE/draining"
sleep "$ENDPOINT_LAG_SECONDS"
freeswitch fsctl pause >/dev/null || true

deadline=$(($(date +%s) + MAX_CALL_SECONDS))
while [ "$(date +%s)" -lt "$deadline" ]; do
  # Channels, not calls: a leg that is parked or rings counts too.
  channels=$(freeswitch show channels count | awk '/ total/ { print $1 }') || channels=
  [ "$channels" = 0 ] && break
  sleep "${POLL_SECONDS:-5}"
done
touch "$STATE/drained"
