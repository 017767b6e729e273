#!/bin/sh
# Keeps the trunks and the dispatch rule of telephone calls in LiveKit as the chart says: makes what is missing, corrects
# what is otherwise. They live in Redis; when Redis has lost them they are back within seconds.
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

# Prints LiveKit's answer to request $1 with body $2; where it is none that helps, says what it is.
ask() {
  answer=$(printf 'Authorization: Bearer %s\n' "$(token)" |
    curl --silent --show-error --max-time 10 --write-out '\n%{http_code}' --header @- \
      --header 'Content-Type: application/json' --data "$2" "$LIVEKIT/twirp/livekit.SIP/$1") || return 1
  if [ "${answer##*"$line_break"}" != 200 ]; then
    echo "trunks: $1 is answered with ${answer##*"$line_break"}: ${answer%"$line_break"*}" >&2
    return 1
  fi
  printf '%s' "${answer%"$line_break"*}"
}

# Sees to it that the item of kind $1 is as $2 says, which its name is in, and prints its id. $3 is what its id is
# called, $4 what it is called in the request that makes it.
ensure() {
  wanted=$2
  listed=$(ask "List$1" '{}') || return 1
  found=$(printf '%s' "$listed" |
    jq --compact-output --argjson wanted "$wanted" '[.items[]? | select(.name == $wanted.name)][0] // empty') || return 1
  if [ -z "$found" ]; then
    found=$(ask "Create$1" "$(jq --null-input --argjson wanted "$wanted" --arg name "$4" '{($name): $wanted}')") ||
      return 1
    did=made
  elif printf '%s' "$found" | jq --exit-status --argjson wanted "$wanted" '
      . as $found | all(($wanted | paths(scalars)) as $at | ($wanted | getpath($at)) == ($found | getpath($at)); .) and
      all(($wanted | paths(arrays)) as $at | ($wanted | getpath($at) | length) == ($found | getpath($at) | length); .)
    ' >/dev/null; then
    did=
  else
    id=$(printf '%s' "$found" | jq --raw-output ".$3")
    found=$(ask "Update$1" "$(jq --null-input --argjson wanted "$wanted" --arg name "$3" --arg id "$id" \
      '{($name): $id, replace: $wanted}')") || return 1
    did=corrected
  fi
  id=$(printf '%s' "$found" | jq --raw-output --exit-status ".$3") || return 1
  [ -z "$did" ] || echo "trunks: $did $(printf '%s' "$wanted" | jq --raw-output .name) ($id)" >&2
  printf '%s' "$id"
}

reconcile() {
  inbound=$(ensure SIPInboundTrunk "$(cat "$TEMPLATES/inbound.json")" sip_trunk_id trunk) || return 1
  ensure SIPOutboundTrunk "$(cat "$TEMPLATES/outbound.json")" sip_trunk_id trunk >/dev/null || return 1
  rule=$(jq --arg trunk "$inbound" '.trunk_ids = [$trunk]' "$TEMPLATES/dispatch.json") || return 1
  ensure SIPDispatchRule "$rule" sip_dispatch_rule_id dispatch_rule >/dev/null
}

line_break='
'

if [ "${1:-}" = once ]; then
  reconcile
  exit
fi
while :; do
  reconcile || echo "trunks: LiveKit does not answer as it should; again in $SECONDS_BETWEEN seconds" >&2
  sleep "$SECONDS_BETWEEN"
done
