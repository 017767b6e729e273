#!/bin/sh
# Runs before FreeSWITCH is stopped, and waits for its calls. The pod becomes unready and takes calls until every client
# has seen that; then FreeSWITCH refuses new calls in both directions, and this script waits for the last call to end.
# Calls that last longer than the longest call are ended here, so that their records are written. A response that cannot
# be read counts as calls: better late than a cut call.
set -eu
. "$(dirname "$0")/event_socket.sh"

# Sessions as the core counts them. `show channels` reads a database, which learns of a new call a moment later.
sessions() { freeswitch status | awk '/ session\(s\) - peak / { print $1 }'; }

# Waits for the last session until `deadline`.
wait_for_calls() {
  while [ "$(date +%s)" -lt "$deadline" ]; do
    # wait_drained.sh takes a drain for dead whose file is old.
    touch "$STATE/draining"
    # Not `fsctl pause`: that also refuses the second leg of calls that were taken a moment ago, writes no log line for a
    # refused call, and tells carriers to send nothing for 300 s (Retry-After).
    if [ -z "$refusing" ] && freeswitch global_setvar node_draining=true >/dev/null; then
      refusing=yes
      freeswitch log WARNING "drain: new calls are refused with 503 from now on" >/dev/null || true
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
  freeswitch log WARNING "drain: the longest call is over, the remaining calls are ended" >/dev/null || true
  freeswitch hupall ALLOTTED_TIMEOUT >/dev/null || true
  deadline=$(($(date +%s) + ${HANGUP_SECONDS:-10}))
  POLL_SECONDS=1
  wait_for_calls || true
fi
touch "$STATE/drained"
