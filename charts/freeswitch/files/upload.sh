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
    day=$(date --utc --reference "$file" +%Y/%m/%d)
    if azcopy copy "$file" "$CONTAINER/$day/$(basename "$file")" --log-level NONE --output-level quiet; then
      rm "$file"
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
  sleep 3
  while [ "$(date +%s)" -lt "$deadline" ]; do
    upload
    [ -n "$(ls -A "$RECORDINGS/done" "$RECORDINGS/cdr" | grep -v ':$')" ] || exit 0
    sleep 1
  done
  echo "upload: time is over, these are lost: $(ls "$RECORDINGS/done" "$RECORDINGS/cdr")" >&2
  exit 1
fi

while :; do
  upload
  sleep "${POLL_SECONDS:-5}"
done
