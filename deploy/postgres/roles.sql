-- Three roles with no more rights than they need, in the database that this is run in:
--   pinterest_ads_owner    owns schema and tables; for `pinterest-ads migrate`
--   pinterest_ads_loader   reads and writes rows; for `schedule`, `sync` and every other command
--   pinterest_ads_analyst  reads tables and views, but neither the tokens nor anything outside the warehouse
--
-- Run it as a superuser, or as a role with CREATEROLE that owns the database, before the first `migrate` and once more
-- after it: only then are there tables to read for the analyst. From then on tables of later versions are covered.
-- Running it again is harmless; it also hands tables over that somebody else has made with `migrate`.
--
--   psql "$ADMIN_URL" -v ON_ERROR_STOP=1 -f deploy/postgres/roles.sql
--
-- Other names and another schema (WAREHOUSE_SCHEMA) are settings of the session:
--
--   psql "$ADMIN_URL" -v ON_ERROR_STOP=1 -c "set pinterest_ads.schema = 'ads'" -c "set pinterest_ads.loader = 'etl'" \
--     -f deploy/postgres/roles.sql
--
-- Roles that it creates have no password yet, so nobody can log in as them. In psql: \password pinterest_ads_owner
do $roles$
declare
  owner text := coalesce(nullif(current_setting('pinterest_ads.owner', true), ''), 'pinterest_ads_owner');
  loader text := coalesce(nullif(current_setting('pinterest_ads.loader', true), ''), 'pinterest_ads_loader');
  analyst text := coalesce(nullif(current_setting('pinterest_ads.analyst', true), ''), 'pinterest_ads_analyst');
  warehouse text := coalesce(nullif(current_setting('pinterest_ads.schema', true), ''), 'public');
  -- The tokens of the connector, though encrypted, and those of reports that Pinterest is making.
  withheld constant text[] := array['pinterest_ads_oauth_tokens', 'pinterest_ads_running_reports'];
  migrated constant boolean := array_length(withheld, 1) = (
    select count(*) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = warehouse and relname = any (withheld));
  member text;
  relation record;
  became_member boolean := false;
begin
  foreach member in array array[owner, loader, analyst] loop
    if not exists (select from pg_roles where rolname = member) then
      execute format('create role %I login', member);
    end if;
    execute format('grant connect on database %I to %I', current_database(), member);
  end loop;

  -- Whoever is no superuser can do for the owner what follows only as a member of that role.
  if not pg_has_role(owner, 'usage') then
    execute format('grant %I to current_user', owner);
    became_member := true;
  end if;

  if not exists (select from pg_namespace where nspname = warehouse) then
    execute format('create schema %I authorization %I', warehouse, owner);
  end if;
  execute format('grant usage, create on schema %I to %I', warehouse, owner);
  execute format('grant usage on schema %I to %I, %I', warehouse, loader, analyst);
  -- Rows wait in temporary tables until all of a slice is there.
  execute format('grant temporary on database %I to %I', current_database(), loader);

  for relation in
    select relname as name, pg_get_userbyid(relowner) as owned_by from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = warehouse)
       and starts_with(relname, 'pinterest_ads_') and relkind in ('r', 'p', 'v')
  loop
    if relation.owned_by <> owner then
      execute format('alter table %I.%I owner to %I', warehouse, relation.name, owner);
    end if;
    if starts_with(relation.name, 'pinterest_ads_migrations') then
      execute format('revoke all on %I.%I from %I, %I', warehouse, relation.name, loader, analyst);
      execute format('grant select on %I.%I to %I, %I', warehouse, relation.name, loader, analyst);
    else
      execute format('grant select, insert, update, delete on %I.%I to %I', warehouse, relation.name, loader);
      if relation.name = any (withheld) then
        execute format('revoke all on %I.%I from %I', warehouse, relation.name, analyst);
      else
        execute format('grant select on %I.%I to %I', warehouse, relation.name, analyst);
      end if;
    end if;
  end loop;

  execute format(
    'alter default privileges for role %I in schema %I grant select, insert, update, delete on tables to %I',
    owner, warehouse, loader);
  -- Not before the tables with tokens are there: they would be covered as well.
  if migrated then
    execute format(
      'alter default privileges for role %I in schema %I grant select on tables to %I', owner, warehouse, analyst);
  else
    raise notice 'Run this once more after "pinterest-ads migrate": until then % can read nothing.', analyst;
  end if;

  if became_member then
    execute format('revoke %I from current_user', owner);
  end if;
end
$roles$;
