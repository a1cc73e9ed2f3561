#!/bin/bash
# What docker-compose.yml asks of the official image: a password from a file, scripts that run once, data below the volume.
set -euo pipefail
data=/var/lib/postgresql/17/docker
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/17 "$data"
  install -d -o postgres -g postgres /var/run/postgresql
  exec setpriv --reuid postgres --regid postgres --init-groups bash "$0" "$@"
fi
export PGDATA=$data
if [ ! -s "$data/PG_VERSION" ]; then
  initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 >/dev/null
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
  pg_ctl -w -o "-c listen_addresses=''" start >/dev/null
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ ! -e "$file" ] || psql -v ON_ERROR_STOP=1 -q -U postgres -d postgres -f "$file"
  done
  pg_ctl -m fast -w stop >/dev/null
fi
exec "$@" -c listen_addresses='*'
