#!/bin/sh
# Keeps the trunks and the dispatch rule of telephone calls in LiveKit: makes what is missing, touches nothing that is
# there. They live in Redis; when Redis has lost them they are back within seconds.
set -eu

encode() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

token() {
  now=$(date +%s)
  head=$(printf '{"alg":"HS256","typ":"JWT"}' | encode)
  body=$(jq --compact-output --null-input --arg key "$(cat "$SECRETS/$API_KEY_NAME")" --argjson now "$now" \
    '{iss: $key, sub: "trunks", nbf: ($now - 10), exp: ($now + 60), sip: {admin: true}}' | encode)
  sign=$(printf '%s.%s' "$head" "$body" |
    openssl dgst -sha256 -hmac "$(cat "$SECRETS/$API_SECRET_NAME")" -binary | encode)
  printf '%s.%s.%s' "$head" "$body" "$sign"
}

ask() {
  curl --silent --show-error --fail --max-time 10 "$LIVEKIT/twirp/livekit.SIP/$1" \
    --header "Authorization: Bearer $(token)" --header 'Content-Type: application/json' --data "$2"
}

# Prints the id of the item called $3, making it from $4 where there is none.
ensure() {
  found=$(ask "List$1" '{}' | jq --raw-output --arg name "$3" "[.items[]? | select(.name == \$name)][0].$2 // empty") ||
    return 1
  if [ -z "$found" ]; then
    found=$(ask "Create$1" "$4" | jq --raw-output ".$2") || return 1
    echo "trunks: made $3 ($found)" >&2
  fi
  printf '%s' "$found"
}

reconcile() {
  inbound=$(ensure SIPInboundTrunk sip_trunk_id from-freeswitch "$(cat "$TEMPLATES/inbound.json")") || return 1
  ensure SIPOutboundTrunk sip_trunk_id to-freeswitch "$(cat "$TEMPLATES/outbound.json")" >/dev/null || return 1
  rule=$(jq --compact-output --arg trunk "$inbound" '.trunk_ids = [$trunk]' "$TEMPLATES/dispatch.json")
  ensure SIPDispatchRule sip_dispatch_rule_id calls "$rule" >/dev/null
}

if [ "${1:-}" = once ]; then
  reconcile
  exit
fi
while :; do
  reconcile || echo "trunks: LiveKit does not answer as it should; again in $SECONDS_BETWEEN seconds" >&2
  sleep "$SECONDS_BETWEEN"
done
