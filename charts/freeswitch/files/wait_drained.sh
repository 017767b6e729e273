#!/bin/sh
# Waits in the hooks of the sidecars until FreeSWITCH has no calls. The kubelet does not restart a FreeSWITCH that crashes
# while the pod stops, and its drain hook dies with it. So the drain is over if the hook has not touched its file for
# SILENCE_SECONDS.
set -eu

alive=$(date +%s)
while [ ! -e "$STATE/drained" ]; do
  seen=$(date --reference "$STATE/draining" +%s 2>/dev/null || echo 0)
  [ "$seen" -le "$alive" ] || alive=$seen
  # The drain hook touches the file, then sleeps for the deregistration delay.
  if [ "$(date +%s)" -ge $((alive + ENDPOINT_LAG_SECONDS + ${SILENCE_SECONDS:-60})) ]; then
    echo "drain: FreeSWITCH and its drain hook have died" >&2
    break
  fi
  sleep "${POLL_SECONDS:-1}"
done
