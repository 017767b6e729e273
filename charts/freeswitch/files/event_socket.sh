# Asks FreeSWITCH something over its event socket and prints the answer's text; fails when there is none. Read into other
# scripts: it needs nothing but socat.
freeswitch() {
  answer=$(printf 'auth %s\n\napi %s\n\nexit\n\n' "$(cat "$EVENT_SOCKET_PASSWORD_FILE")" "$*" |
    socat -t 5 -T 5 - "TCP:$EVENT_SOCKET_HOST:$EVENT_SOCKET_PORT,connect-timeout=3" | tr -d '\r') || return 1
  # The answer to `api` is the one block with a Content-Length; its text follows an empty line.
  printf '%s\n' "$answer" | awk '
    /^Content-Type: api\/response/ { api = 1 }
    api && text { if ($0 ~ /^Content-Type:/) exit; print; found = 1 }
    api && /^$/ { text = 1 }
    END { exit !found }'
}
