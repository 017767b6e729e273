#!/bin/sh
# Keeps Kamailio's destinations at the FreeSWITCH nodes that are ready: `destinations.sh once` before Kamailio starts,
# `destinations.sh` beside it. The list stays as it is while the API server does not answer.
set -eu

list="$DESTINATIONS/dispatcher.list"

# One line for each ready node, sorted: the same nodes give the same list in every pod, and so the same choice.
ready() {
  kubectl get endpointslices --namespace "$FREESWITCH_NAMESPACE" \
    --selector "kubernetes.io/service-name=$FREESWITCH_SERVICE" --output json |
    jq --raw-output --arg port "$FREESWITCH_PORT" \
      '[.items[].endpoints[]? | select(.conditions.ready) | .addresses[0]] | unique[] | "1 sip:\(.):\($port) 0"'
}

if [ "${1:-}" = once ]; then
  ready >"$list" || : >"$list"
  exit 0
fi

reload() {
  curl --silent --show-error --fail --max-time 5 --output /dev/null "$CONTROL" \
    --data '{"jsonrpc":"2.0","method":"dispatcher.reload","id":1}'
}

loaded=yes
while :; do
  if ready >"$list.new" 2>"$list.error"; then
    if ! cmp -s "$list.new" "$list"; then
      cp "$list.new" "$list"
      loaded=no
    fi
  else
    echo "destinations: kept as they are: $(tail -n 1 "$list.error")" >&2
  fi
  # Kamailio refuses a second reload within a second: the next turn tries again.
  if [ "$loaded" = no ] && reload; then
    loaded=yes
    echo "destinations: $(wc -l <"$list") ready"
  fi
  sleep "${POLL_SECONDS:-2}"
done
