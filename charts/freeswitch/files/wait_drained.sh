#!/bin/sh
# Waits until FreeSWITCH has no calls any more, in the hooks of the containers beside it. A FreeSWITCH that crashed while
# the pod stops is not started again, and its drain hook dies with it: the drain is over when it has shown no sign of
# life for SILENCE_SECONDS.
set -eu

alive=$(date +%s)
while [ ! -e "$STATE/drained" ]; do
  seen=$(date --reference "$STATE/draining" +%s 2>/dev/null || echo 0)
  [ "$seen" -le "$alive" ] || alive=$seen
  # The drain hook shows itself, then sleeps for the lag.
  if [ "$(date +%s)" -ge $((alive + ENDPOINT_LAG_SECONDS + ${SILENCE_SECONDS:-60})) ]; then
    echo "drain: FreeSWITCH and its drain hook are gone" >&2
    break
  fi
  sleep "${POLL_SECONDS:-1}"
done
