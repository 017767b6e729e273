#!/bin/sh
# Drains FreeSWITCH before it stops. The pod becomes unready and accepts calls until every client has noticed; then
# FreeSWITCH refuses new calls in both directions, and this script waits until the last call ends. After the maximum
# duration of a call, it ends the remaining calls, so that FreeSWITCH writes their records. An unreadable response counts as
# active calls: a late drain is better than a cut call.
set -eu
. "$(dirname "$0")/event_socket.sh"

# Number of sessions in the core. `show channels` reads a database, which contains a new call a moment later.
sessions() { freeswitch status | awk '/ session\(s\) - peak / { print $1 }'; }

# Waits until no session is left, at most until `deadline`.
wait_for_calls() {
  while [ "$(date +%s)" -lt "$deadline" ]; do
    # wait_drained.sh treats a drain as dead if this file is old.
    touch "$STATE/draining"
    # Not `fsctl pause`: it also refuses the second leg of calls that were accepted a moment ago, writes no log line for a
    # refused call, and asks carriers to send nothing for 300 s (Retry-After).
    if [ -z "$refusing" ] && freeswitch global_setvar node_draining=true >/dev/null; then
      refusing=yes
      freeswitch log WARNING "drain: FreeSWITCH refuses new calls with 503" >/dev/null || true
    fi
    [ -z "$refusing" ] || [ "$(sessions)" != 0 ] || return 0
    sleep "${POLL_SECONDS:-5}"
  done
  return 1
}

touch "$STATE/draining"
sleep "$ENDPOINT_LAG_SECONDS"

refusing=
deadline=$(($(date +%s) + MAX_CALL_SECONDS))
if ! wait_for_calls; then
  freeswitch log WARNING "drain: the maximum duration of a call has passed; the remaining calls end now" >/dev/null || true
  freeswitch hupall ALLOTTED_TIMEOUT >/dev/null || true
  deadline=$(($(date +%s) + ${HANGUP_SECONDS:-10}))
  POLL_SECONDS=1
  wait_for_calls || true
fi
touch "$STATE/drained"
