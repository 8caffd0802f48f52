#!/bin/sh
# Creates the two logins of docs/how-to/run-it.md. PostgreSQL's image runs this script once, in a new database server.
set -eu
: "${GATEWAY_OWNER_PASSWORD:?}" "${GATEWAY_RUNTIME_PASSWORD:?}"
# The passwords are in the environment, because every process on the machine can read arguments.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password GATEWAY_OWNER_PASSWORD
\getenv runtime_password GATEWAY_RUNTIME_PASSWORD
CREATE ROLE gateway_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE gateway_runtime LOGIN PASSWORD :'runtime_password';
CREATE DATABASE gateway OWNER gateway_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE gateway FROM PUBLIC;
GRANT CONNECT ON DATABASE gateway TO gateway_runtime;
SQL
