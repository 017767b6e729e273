# Sends an API command to FreeSWITCH over its event socket and prints the response; fails without a response. Other scripts
# source this file. It needs only socat and awk.
freeswitch() {
  printf 'auth %s\n\napi %s\n\nexit\n\n' "$(cat "$EVENT_SOCKET_PASSWORD_FILE")" "$*" |
    socat -t 5 -T 5 - "TCP:$EVENT_SOCKET_HOST:$EVENT_SOCKET_PORT,connect-timeout=3" |
    # Content-Length of the response counts bytes; the next response follows without a line break.
    LC_ALL=C awk -v head='Content-Type: api/response\nContent-Length: ' '
      { all = all $0 "\n" }
      END {
        at = index(all, head)
        if (!at) exit 1
        answer = substr(all, at + length(head))
        text = substr(answer, index(answer, "\n\n") + 2, answer + 0)
        if (length(text) < answer + 0) exit 1
        print text
      }'
}
