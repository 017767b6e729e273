# Functions of the jobs: Entra's tokens, in exchange for the pod's own. No password exists.

# The token for a service, by its scope. It lasts about an hour.
token() {
  curl --silent --show-error --fail --max-time 30 \
    "${AZURE_AUTHORITY_HOST%/}/$AZURE_TENANT_ID/oauth2/v2.0/token" \
    --data-urlencode grant_type=client_credentials \
    --data-urlencode "client_id=$AZURE_CLIENT_ID" \
    --data-urlencode "scope=$1" \
    --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    --data-urlencode "client_assertion=$(cat "$AZURE_FEDERATED_TOKEN_FILE")" |
    jq --exit-status --raw-output .access_token
}

# Whose token it is: the identity's object id.
owner() {
  printf '%s' "$1" |
    jq --raw-input --exit-status --raw-output \
      'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .oid'
}
