#!/bin/bash
# Lets a standby follow this primary. It may be run again and again, on a volume of any age: it shares the primary's, and
# changes nothing that is right already. Its environment: PRIMARY, PGDATA, PGUSER, PGPASSWORD, PGDATABASE, REPLICATION_PASSWORD.
set -euo pipefail
export PGHOST=$PRIMARY

psql --quiet --set=ON_ERROR_STOP=1 --set=password="$REPLICATION_PASSWORD" >/dev/null <<'SQL'
SELECT 'CREATE ROLE standby LOGIN REPLICATION' WHERE to_regrole('standby') IS NULL \gexec
ALTER ROLE standby PASSWORD :'password';

-- The slot keeps what the standby has not read yet. Bounded: a standby that stays away must not fill the primary's disk.
ALTER SYSTEM SET max_slot_wal_keep_size = '4GB';
-- A slot that went beyond its bound is of no use to anybody: its standby has to be made anew.
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'standby' AND wal_status = 'lost';
SELECT pg_create_physical_replication_slot('standby')
WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'standby');
SQL

# The image's own rules let databases be reached from everywhere, but not the stream of changes.
rule='host replication standby samenet scram-sha-256'
grep --quiet --line-regexp --fixed-strings "$rule" "$PGDATA/pg_hba.conf" || echo "$rule" >>"$PGDATA/pg_hba.conf"
psql --quiet --command='SELECT pg_reload_conf()' >/dev/null
