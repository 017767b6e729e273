#!/bin/sh
# Hands over the recordings of calls that a crash of FreeSWITCH ended. FreeSWITCH writes the length of a recording into its
# header when it closes it; without that, players find no sound.
set -eu

# A number as 4 bytes, the lowest first.
bytes() {
  for shift in 0 8 16 24; do
    printf "\\$(printf %03o $(($1 >> shift & 255)))"
  done
}

write_at() { dd of="$2" bs=1 seek="$1" conv=notrunc status=none; }

# The header of a WAV file has 44 bytes: the length of what follows byte 8 in bytes 4 to 7, of the sound in 40 to 43.
for recording in "$RECORDINGS"/open/*.wav; do
  [ -f "$recording" ] || continue
  length=$(stat --format %s "$recording")
  if [ "$length" -ge 44 ]; then
    bytes $((length - 8)) | write_at 4 "$recording"
    bytes $((length - 44)) | write_at 40 "$recording"
  fi
  mv "$recording" "$RECORDINGS/done/"
done
