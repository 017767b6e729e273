#!/bin/sh
# Starts FreeSWITCH: `start.sh freeswitch OPTION...`. FreeSWITCH replaces this process and receives its signals.
set -eu

# The kubelet also runs the drain hook before it restarts a container. The new process is not draining.
rm -f "$STATE/draining" "$STATE/drained"

# The folders must exist before the first call, even if the upload sidecar does not run.
mkdir -p "$RECORDINGS/open" "$RECORDINGS/done" "$CALL_RECORDS"
sh "$(dirname "$0")/recover.sh"

# FreeSWITCH reads commands from standard input. A container's standard input is at end of file, so FreeSWITCH
# (src/switch_console.c, built without libedit) would read in a loop and print a prompt each time. This pipe stays silent.
rm -f "$STATE/console"
mkfifo -m 600 "$STATE/console"

# libc buffers 4096 bytes of a pipe. Line buffering makes each log line arrive when FreeSWITCH writes it.
exec stdbuf -oL "$@" <>"$STATE/console"
