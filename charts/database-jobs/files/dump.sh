#!/bin/sh
# Dumps every database and uploads the dumps. Signs in to both with the pod's identity: no password exists.
set -eu

. "$(dirname "$0")/token.sh"

day=$(date --utc +%Y/%m/%d)
for database in $DATABASES; do
  file="$WORK/$database.dump"
  # A token lasts an hour; each database gets a fresh one.
  PGPASSWORD=$(token https://ossrdbms-aad.database.windows.net/.default)
  export PGPASSWORD
  echo "dump: $database"
  PGSSLMODE=verify-full PGSSLROOTCERT=system pg_dump --host "$HOST" --username "$USER_NAME" --dbname "$database" \
    --format custom --compress 6 --file "$file"
  azcopy copy "$file" "$CONTAINER/postgresql/$day/$database-$(date --utc +%H%M%S).dump" \
    --log-level NONE --output-level quiet
  echo "dump: $database is in $CONTAINER ($(wc -c <"$file") bytes)"
  rm "$file"
done
