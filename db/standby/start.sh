#!/bin/bash
# Runs a standby: at its first start it is copied from the primary, later it goes on from where it was.
# Its environment: PRIMARY, PGDATA, REPLICATION_PASSWORD.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  install --directory --owner=postgres --group=postgres "$(dirname "$PGDATA")"
  exec gosu postgres bash "$0"
fi

# What is there is whole: a copy gets its name when it is complete.
if [ ! -e "$PGDATA" ]; then
  rm -rf "$PGDATA.copying"
  PGPASSWORD=$REPLICATION_PASSWORD pg_basebackup --host="$PRIMARY" --username=standby --no-password \
    --pgdata="$PGDATA.copying" --slot=standby --write-recovery-conf --checkpoint=fast
  mv "$PGDATA.copying" "$PGDATA"
fi

# It answers reads meanwhile. A long one never holds back what the primary may vacuum: it is cancelled after half a minute.
# The name is what synchronous_standby_names calls it by.
exec postgres -D "$PGDATA" -c cluster_name=standby
