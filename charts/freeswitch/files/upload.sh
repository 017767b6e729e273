#!/bin/sh
# Uploads finished files to Blob and deletes each one afterwards: `upload.sh` in the sidecar, `upload.sh last` when the pod
# stops, which waits for FreeSWITCH first.
set -eu

# Call records come first: they are small and needed for billing.
finished() { find "$CALL_RECORDS" "$RECORDINGS/done" -type f 2>/dev/null || true; }

upload() {
  # Uploads a recording without a call record if nothing was written to it for an hour.
  find "$RECORDINGS/open" -type f -mmin +60 -exec mv -t "$RECORDINGS/done" {} + 2>/dev/null || true
  finished | while read -r file; do
    # A call record that was modified just now may be incomplete.
    [ -z "$(find "$file" -newermt '-2 seconds')" ] || continue
    # FreeSWITCH closes the recording of a call before it writes the call's record.
    recording="$RECORDINGS/open/$(basename "$file" .cdr.json).wav"
    [ ! -f "$recording" ] || mv "$recording" "$RECORDINGS/done/"
    day=$(date --utc --reference "$file" +%Y/%m/%d) || continue
    # A hanging upload must not block the others.
    if timeout "$UPLOAD_SECONDS" azcopy copy "$file" "$CONTAINER/$day/$(basename "$file")" \
      --log-level NONE --output-level quiet </dev/null; then
      rm -f "$file"
    else
      echo "upload: $(basename "$file") stays for the next attempt" >&2
    fi
  done
}

if [ "${1:-}" = last ]; then
  sh "$(dirname "$0")/wait_drained.sh"
  # Stops the sidecar's loop, even if FreeSWITCH could not create this file.
  touch "$STATE/drained"
  deadline=$(($(date +%s) + UPLOAD_SECONDS))
  sh "$(dirname "$0")/recover.sh"
  while [ "$(date +%s)" -lt "$deadline" ]; do
    upload
    [ -n "$(finished)" ] || exit 0
    sleep 1
  done
  echo "upload: the time is over; these files are lost:" $(finished) >&2
  exit 1
fi

# Only the hook uploads after the drain.
while :; do
  [ -e "$STATE/drained" ] || upload
  sleep "${POLL_SECONDS:-5}"
done
