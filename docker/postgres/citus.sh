#!/usr/bin/env bash
# Once, on each node of a Citus cluster: the extension, and the passwords with which nodes log in at each other.
set -euo pipefail

umask 077
printf '*:*:*:postgres:%s\n*:*:*:smartseller:%s\n' "$POSTGRES_PASSWORD" "$SMARTSELLER_PASSWORD" >"$PGPASSFILE"
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set product="$SMARTSELLER_PASSWORD" --set database="$POSTGRES_DB" <<'SQL'
CREATE EXTENSION citus;
SELECT 'CREATE ROLE smartseller LOGIN' WHERE to_regrole('smartseller') IS NULL \gexec
ALTER ROLE smartseller PASSWORD :'product';
GRANT CREATE ON DATABASE :"database" TO smartseller;
GRANT CREATE ON SCHEMA public TO smartseller;
SQL
