#!/bin/sh
# Repairs and releases the recordings of calls that a crash of FreeSWITCH ended. FreeSWITCH writes the length of a recording
# to its header when it closes the file; without the length, players find no sound.
set -eu

# Prints a number as 4 bytes, least significant byte first.
bytes() {
  for shift in 0 8 16 24; do
    printf "\\$(printf %03o $(($1 >> shift & 255)))"
  done
}

write_at() { dd of="$2" bs=1 seek="$1" conv=notrunc status=none; }

# A WAV file has a header of 44 bytes: bytes 4 to 7 are the file's length after byte 8, bytes 40 to 43 that of the sound.
for recording in "$RECORDINGS"/open/*.wav; do
  [ -f "$recording" ] || continue
  length=$(stat --format %s "$recording")
  if [ "$length" -ge 44 ]; then
    bytes $((length - 8)) | write_at 4 "$recording"
    bytes $((length - 44)) | write_at 40 "$recording"
  fi
  mv "$recording" "$RECORDINGS/done/"
done
