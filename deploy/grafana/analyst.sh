#!/bin/sh
# Lets Grafana read: makes the role pinterest_ads_analyst once the tables are there, and gives it its password.
# Run by compose in the image of Postgres; PGHOST and the like say where, and PGUSER is the role that migrates.
set -eu
: "${ANALYST_PASSWORD:?is not set. Put it into .env}" "${GRAFANA_PASSWORD:?is not set. Put it into .env}"
cd "$(dirname "$0")/../postgres"
query() {
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --set=schema="${WAREHOUSE_SCHEMA:-public}"
}

# The last of the tables that roles.sql looks for; the connector makes it when it starts for the first time.
until [ "$(echo "select to_regclass(format('%I.pinterest_ads_running_reports', :'schema')) is not null" | query)" = t ]; do
  echo "waiting for the connector to make its tables"
  sleep 2
done
query <<'SQL'
set client_min_messages = warning;
\o /dev/null
select set_config('pinterest_ads.schema', :'schema', false), set_config('pinterest_ads.owner', current_user, false);
\i roles.sql
\getenv password ANALYST_PASSWORD
alter role pinterest_ads_analyst password :'password';
alter role pinterest_ads_analyst set search_path = :"schema";
SQL
echo "pinterest_ads_analyst may read the warehouse"
