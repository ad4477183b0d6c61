-- Three roles with no more rights than they need, in the database that this is run in:
--   pinterest_ads_owner    owns schema and tables; for `pinterest-ads migrate`
--   pinterest_ads_loader   reads and writes rows; for `schedule`, `sync`, every other command, and pg_dump
--   pinterest_ads_analyst  reads tables and views, but neither the tokens nor anything outside the warehouse
--
-- Run it as a superuser, or as a role with CREATEROLE that owns the database, before the first `migrate` and once more
-- after it: only then are there tables to read for the analyst. From then on tables of later versions are covered.
-- Running it again is harmless; it also hands tables over that you have made, say by `migrate`. Those of anybody else
-- are left alone, with a warning: a view by such a name could show the tokens to the analyst with the owner's rights.
--
-- Nobody but the owner may create anything in the schema afterwards. In `public` of Postgres 14, and of databases that
-- were upgraded from there, everybody could.
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
  member text;
  relation record;
  protected integer := 0;
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
  -- Before anything is looked at, so that nobody makes something in between.
  execute format('revoke create on schema %I from public', warehouse);
  if exists (
    select from pg_namespace, aclexplode(nspacl)
     where nspname = warehouse and grantee = 0 and privilege_type = 'CREATE')
  then
    raise warning 'Everybody may still create tables in schema %, because it is not yours.', warehouse
      using hint = 'Run this script as a superuser, or give the warehouse a schema of its own.';
  end if;
  execute format('grant usage, create on schema %I to %I', warehouse, owner);
  execute format('grant usage on schema %I to %I, %I', warehouse, loader, analyst);
  -- Rows wait in temporary tables until all of a slice is there.
  execute format('grant temporary on database %I to %I', current_database(), loader);

  for relation in
    select relname as name, relkind as kind, pg_get_userbyid(relowner) as owned_by from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = warehouse)
       and starts_with(relname, 'pinterest_ads_') and relkind in ('r', 'p', 'v', 'S')
     -- A sequence follows its table to another owner.
     order by relkind = 'S'
  loop
    if relation.owned_by not in (owner, current_user) then
      if relation.kind <> 'S' then
        raise warning '%.% belongs to %: left alone.', warehouse, relation.name, relation.owned_by
          using hint = format('If it is the connector''s, run: alter table %I.%I owner to %I; and this once more. '
            'If it is not, drop or rename it.', warehouse, relation.name, owner);
      end if;
      continue;
    end if;
    if relation.kind = 'S' then
      -- pg_dump reads them.
      execute format('grant select on sequence %I.%I to %I', warehouse, relation.name, loader);
      continue;
    end if;
    if relation.owned_by <> owner then
      execute format('alter table %I.%I owner to %I', warehouse, relation.name, owner);
    end if;
    if starts_with(relation.name, 'pinterest_ads_migrations') then
      execute format('revoke all on %I.%I from %I, %I', warehouse, relation.name, loader, analyst);
      execute format('grant select on %I.%I to %I, %I', warehouse, relation.name, loader, analyst);
    else
      execute format('grant select, insert, update, delete on %I.%I to %I', warehouse, relation.name, loader);
      if relation.name = any (withheld) then
        protected := protected + 1;
        execute format('revoke all on %I.%I from %I', warehouse, relation.name, analyst);
      else
        execute format('grant select on %I.%I to %I', warehouse, relation.name, analyst);
      end if;
    end if;
  end loop;

  execute format(
    'alter default privileges for role %I in schema %I grant select, insert, update, delete on tables to %I',
    owner, warehouse, loader);
  execute format(
    'alter default privileges for role %I in schema %I grant select on sequences to %I', owner, warehouse, loader);
  -- Not before the tables with tokens are there: they would be covered as well.
  if protected = array_length(withheld, 1) then
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
