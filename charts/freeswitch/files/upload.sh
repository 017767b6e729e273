#!/bin/sh
# Uploads what is finished to Blob, and deletes it when it is there: `upload.sh` beside FreeSWITCH, `upload.sh last` when
# the pod stops, which waits for FreeSWITCH first.
set -eu

mkdir -p "$RECORDINGS/open" "$RECORDINGS/done" "$RECORDINGS/cdr"

upload() {
  for file in "$RECORDINGS"/done/* "$RECORDINGS"/cdr/*; do
    [ -f "$file" ] || continue
    # Half-written call records have been touched just now.
    [ -z "$(find "$file" -newermt '-2 seconds')" ] || continue
    day=$(date --utc --reference "$file" +%Y/%m/%d) || continue
    # One that hangs must not keep the others from their turn.
    if timeout "$UPLOAD_SECONDS" azcopy copy "$file" "$CONTAINER/$day/$(basename "$file")" \
      --log-level NONE --output-level quiet; then
      rm -f "$file"
    else
      echo "upload: $(basename "$file") stays for the next turn" >&2
    fi
  done
}

if [ "${1:-}" = last ]; then
  while [ ! -e "$STATE/drained" ]; do sleep "${POLL_SECONDS:-5}"; done
  deadline=$(($(date +%s) + UPLOAD_SECONDS))
  # A call that ended with the pod has no post-processing any more.
  mv "$RECORDINGS"/open/* "$RECORDINGS/done/" 2>/dev/null || true
  while [ "$(date +%s)" -lt "$deadline" ]; do
    upload
    [ -n "$(find "$RECORDINGS/done" "$RECORDINGS/cdr" -type f)" ] || exit 0
    sleep 1
  done
  echo "upload: time is over, these are lost:" $(find "$RECORDINGS/done" "$RECORDINGS/cdr" -type f) >&2
  exit 1
fi

# The last turn is the other's alone.
while :; do
  [ -e "$STATE/drained" ] || upload
  sleep "${POLL_SECONDS:-5}"
done
