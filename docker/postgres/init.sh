#!/usr/bin/env bash
# Once, when the database is made: the product's role owns nothing (tenants/privileges.py says why), another
# one may only take base backups.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set product="$SMARTSELLER_PASSWORD" --set backup="$BACKUP_PASSWORD" --set database="$POSTGRES_DB" <<'SQL'
CREATE ROLE smartseller_owner NOLOGIN;
CREATE ROLE smartseller LOGIN NOINHERIT PASSWORD :'product';
GRANT smartseller_owner TO smartseller;
GRANT CREATE ON DATABASE :"database" TO smartseller_owner;
GRANT CREATE ON SCHEMA public TO smartseller_owner;
CREATE ROLE backup LOGIN REPLICATION PASSWORD :'backup';
SQL
echo 'host replication backup samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
