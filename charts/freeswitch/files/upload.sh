#!/bin/sh
# Uploads finished files to Blob, and deletes each when it is there: `upload.sh` beside FreeSWITCH, `upload.sh last` when
# the pod stops, which waits for FreeSWITCH first.
set -eu

# Call records first: they are small, and a call is billed by them.
finished() { find "$CALL_RECORDS" "$RECORDINGS/done" -type f 2>/dev/null || true; }

upload() {
  # A recording whose call record was lost is taken when nothing has been written into it for an hour.
  find "$RECORDINGS/open" -type f -mmin +60 -exec mv -t "$RECORDINGS/done" {} + 2>/dev/null || true
  finished | while read -r file; do
    # A call record that was touched just now may be half-written.
    [ -z "$(find "$file" -newermt '-2 seconds')" ] || continue
    # FreeSWITCH closes the recording of a call before it writes the call's record.
    recording="$RECORDINGS/open/$(basename "$file" .cdr.json).wav"
    [ ! -f "$recording" ] || mv "$recording" "$RECORDINGS/done/"
    day=$(date --utc --reference "$file" +%Y/%m/%d) || continue
    # One that hangs must not keep the others from their turn.
    if timeout "$UPLOAD_SECONDS" azcopy copy "$file" "$CONTAINER/$day/$(basename "$file")" \
      --log-level NONE --output-level quiet </dev/null; then
      rm -f "$file"
    else
      echo "upload: $(basename "$file") stays for the next turn" >&2
    fi
  done
}

if [ "${1:-}" = last ]; then
  sh "$(dirname "$0")/wait_drained.sh"
  # The other turn stops here, also when FreeSWITCH could not say so.
  touch "$STATE/drained"
  deadline=$(($(date +%s) + UPLOAD_SECONDS))
  sh "$(dirname "$0")/recover.sh"
  while [ "$(date +%s)" -lt "$deadline" ]; do
    upload
    [ -n "$(finished)" ] || exit 0
    sleep 1
  done
  echo "upload: time is over, these are lost:" $(finished) >&2
  exit 1
fi

# The last turn is the hook's alone.
while :; do
  [ -e "$STATE/drained" ] || upload
  sleep "${POLL_SECONDS:-5}"
done
