#!/bin/sh
# Dumps every database and uploads the dumps. Signs in to both with the pod's identity: no password exists.
set -eu

# Entra's token for PostgreSQL, in exchange for the pod's own.
token() {
  curl --silent --show-error --fail --max-time 30 \
    "${AZURE_AUTHORITY_HOST%/}/$AZURE_TENANT_ID/oauth2/v2.0/token" \
    --data-urlencode grant_type=client_credentials \
    --data-urlencode "client_id=$AZURE_CLIENT_ID" \
    --data-urlencode scope=https://ossrdbms-aad.database.windows.net/.default \
    --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
    --data-urlencode "client_assertion=$(cat "$AZURE_FEDERATED_TOKEN_FILE")" |
    jq --exit-status --raw-output .access_token
}

day=$(date --utc +%Y/%m/%d)
for database in $DATABASES; do
  file="$WORK/$database.dump"
  # A token lasts an hour; each database gets a fresh one.
  PGPASSWORD=$(token)
  export PGPASSWORD
  echo "dump: $database"
  PGSSLMODE=verify-full PGSSLROOTCERT=system pg_dump --host "$HOST" --username "$USER_NAME" --dbname "$database" \
    --format custom --compress 6 --file "$file"
  azcopy copy "$file" "$CONTAINER/postgresql/$day/$database-$(date --utc +%H%M%S).dump" \
    --log-level NONE --output-level quiet
  echo "dump: $database is in $CONTAINER ($(wc -c <"$file") bytes)"
  rm "$file"
done
