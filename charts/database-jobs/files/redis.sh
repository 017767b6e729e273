#!/bin/sh
# Writes every key of Redis as a command that restores it, and uploads the file. Signs in to both with the pod's identity.
#
# Why key by key: the managed service refuses replication, so `redis-cli --rdb` gets nothing; and its own export writes to
# no storage account that is closed to the internet and to account keys. DUMP gives a value as an RDB file holds it.
set -eu
export LC_ALL=C
. "$(dirname "$0")/token.sh"

REDISCLI_AUTH=$(token https://redis.azure.com/.default)
export REDISCLI_AUTH
user=$(owner "$REDISCLI_AUTH")

# Replies and keys in quotes, so that each is one line.
cli() {
  redis-cli -h "$HOST" -p "$PORT" --tls --sni "$HOST" --user "$user" --no-auth-warning --no-raw "$@"
}

cli --scan >"$WORK/found"
# A scan may name a key twice.
sort -u "$WORK/found" >"$WORK/keys"
rm "$WORK/found"
keys=$(wc -l <"$WORK/keys")

file="$WORK/redis.gz"
awk '{ print "PEXPIRETIME " $0; print "DUMP " $0 }' "$WORK/keys" | cli |
  awk -v keys="$WORK/keys" -v complete="$WORK/complete" -v expected="$keys" '
    /^\(error\)/ { print > "/dev/stderr"; failed = 1; exit }
    NR % 2 { expiry = $2; next }
    # A key that went meanwhile has no value.
    { getline key < keys }
    $0 != "(nil)" { print "RESTORE " key " " (expiry < 0 ? 0 : expiry) " " $0 " ABSTTL REPLACE" }
    END { if (!failed && NR == 2 * expected) print "yes" > complete }
  ' | gzip >"$file"
if ! [ -s "$WORK/complete" ]; then
  echo "redis: not every one of the $keys keys was answered for, nothing is uploaded" >&2
  exit 1
fi

azcopy copy "$file" "$FOLDER/$(date --utc +%Y/%m/%d)/redis-$(date --utc +%H%M%S).gz" \
  --log-level NONE --output-level quiet
echo "redis: $keys keys are in $FOLDER ($(wc -c <"$file") bytes)"
