#!/bin/sh
# Tells Kamailio what changed after its start: which FreeSWITCH nodes are ready, and a renewed certificate.
# `destinations.sh once` writes the first list before Kamailio starts, `destinations.sh` runs beside it. The list stays as
# it is while the API server does not answer.
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

# Calls a method of Kamailio. A method that fails is HTTP status 500, which `--fail` turns into exit code 22. The time
# limit is far above what a method takes: two tls.reload at a time crash Kamailio 5.6.3.
control() {
  curl --silent --show-error --fail --max-time 120 --output /dev/null "$CONTROL" \
    --data '{"jsonrpc":"2.0","method":"'"$1"'","id":1}'
}

# Kamailio loads the certificate at its start and on tls.reload. When it cannot load a new one, it keeps the old one and
# logs the reason; the same files are then tried again after a minute only.
certificate=none
refused=none
retry_at=0
load_certificate() {
  current=$(cat "$CERTIFICATES/tls.crt" "$CERTIFICATES/tls.key" | sha256sum)
  if [ "$current" = "$certificate" ]; then return; fi
  if [ "$current" = "$refused" ] && [ "$(date +%s)" -lt "$retry_at" ]; then return; fi
  if control tls.reload; then
    certificate=$current
    echo "certificate: loaded"
  elif [ $? -eq 22 ]; then
    refused=$current
    retry_at=$(($(date +%s) + ${CERTIFICATE_RETRY_SECONDS:-60}))
    echo "certificate: Kamailio cannot load the new one and keeps the old one; its log has the reason" >&2
  fi
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
  if [ "$loaded" = no ] && control dispatcher.reload; then
    loaded=yes
    echo "destinations: $(wc -l <"$list") ready"
  fi
  if [ -n "${CERTIFICATES:-}" ]; then
    load_certificate
  fi
  sleep "${POLL_SECONDS:-2}"
done
