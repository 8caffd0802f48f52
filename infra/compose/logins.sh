#!/bin/sh
# Makes the two logins of docs/how-to/run-it.md in a new database server: PostgreSQL's image runs it once.
set -eu
: "${GATEWAY_OWNER_PASSWORD:?}" "${GATEWAY_RUNTIME_PASSWORD:?}"
# By the environment and not by arguments, which every process of the machine could read.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password GATEWAY_OWNER_PASSWORD
\getenv runtime_password GATEWAY_RUNTIME_PASSWORD
CREATE ROLE gateway_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gateway_runtime LOGIN PASSWORD :'runtime_password';
CREATE DATABASE gateway OWNER gateway_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE gateway FROM PUBLIC;
GRANT CONNECT ON DATABASE gateway TO gateway_runtime;
SQL
