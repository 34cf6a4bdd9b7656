#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty: a role and a database for Offstage, a role and two
# databases for Temporal. Neither can open what is the other's.
set -eu

psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
  --set store_password="$STORE_PASSWORD" --set temporal_password="$TEMPORAL_STORE_PASSWORD" <<'SQL'
CREATE ROLE offstage LOGIN PASSWORD :'store_password';
CREATE DATABASE offstage OWNER offstage;
REVOKE ALL ON DATABASE offstage FROM PUBLIC;

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE ALL ON DATABASE temporal, temporal_visibility FROM PUBLIC;
SQL
