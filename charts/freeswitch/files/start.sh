#!/bin/sh
# Starts FreeSWITCH: `start.sh freeswitch OPTION...`. FreeSWITCH replaces this process, so that it gets the signals.
set -eu

# The kubelet runs the drain hook before it restarts a container, too. What starts now is not draining.
rm -f "$STATE/draining" "$STATE/drained"

# The folders exist before the first call, whether the sidecar for uploads runs or not.
mkdir -p "$RECORDINGS/open" "$RECORDINGS/done" "$CALL_RECORDS"
sh "$(dirname "$0")/recover.sh"

# FreeSWITCH takes commands from standard input. A container's standard input is at its end, which makes FreeSWITCH
# (src/switch_console.c, built without libedit) read in a loop and print a prompt each time. This pipe stays silent.
rm -f "$STATE/console"
mkfifo -m 600 "$STATE/console"

# libc buffers 4096 bytes of a pipe. A log line must arrive when it is written, so the buffer ends with the line.
exec stdbuf -oL "$@" <>"$STATE/console"
