#!/bin/sh
# Does what compose.yaml needs of the entrypoint of PostgreSQL's image: it creates the cluster with the password of
# POSTGRES_PASSWORD, runs the scripts of /docker-entrypoint-initdb.d once, and starts the server as the user postgres.
set -eu
data=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$data"
  chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$data/PG_VERSION" ]; then
  export POSTGRES_USER="${POSTGRES_USER:-postgres}"
  printf '%s\n' "${POSTGRES_PASSWORD:?}" |
    initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/dev/stdin --auth-local=trust --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  # Until the scripts have finished, the server listens only on a Unix socket.
  pg_ctl --pgdata="$data" --options="-c listen_addresses=''" --wait start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    if [ -e "$script" ]; then sh "$script"; fi
  done
  pg_ctl --pgdata="$data" --mode=fast --wait stop
fi
exec "$@" -D "$data" -c listen_addresses='*'
