import type { Knex } from "knex";

/**
 * The tables in which the connector keeps account of itself.
 * Runs with search_path set to the warehouse's schema. Column lists are spelled out here on purpose:
 * a migration must stay as it was when the code moves on.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table pinterest_ads_sync_runs (
      id uuid primary key,
      trigger text,
      status text,
      started_at timestamptz,
      finished_at timestamptz,
      request jsonb,
      slices bigint,
      slices_failed bigint,
      records bigint,
      rows_inserted bigint,
      rows_updated bigint,
      rows_deleted bigint,
      records_rejected bigint,
      api_calls bigint,
      error_code text,
      error text,
      version text,
      host text,
      pid bigint
    );
    comment on table pinterest_ads_sync_runs is 'One row per execution of the connector.';
    comment on column pinterest_ads_sync_runs.id is 'Run id; _run_id of every table joins to it.';
    comment on column pinterest_ads_sync_runs.trigger is 'What started the run: sync, demo, schedule or backfill.';
    comment on column pinterest_ads_sync_runs.status is 'running, succeeded (everything planned was loaded), partial (some slices failed or records were rejected), failed (nothing was loaded) or interrupted.';
    comment on column pinterest_ads_sync_runs.started_at is 'Start, UTC.';
    comment on column pinterest_ads_sync_runs.finished_at is 'End, UTC; null while running.';
    comment on column pinterest_ads_sync_runs.request is 'What was asked for: resources, accounts, options.';
    comment on column pinterest_ads_sync_runs.slices is 'Slices planned.';
    comment on column pinterest_ads_sync_runs.slices_failed is 'Slices that were not loaded.';
    comment on column pinterest_ads_sync_runs.records is 'Records that Pinterest sent.';
    comment on column pinterest_ads_sync_runs.rows_inserted is 'Rows new in the warehouse.';
    comment on column pinterest_ads_sync_runs.rows_updated is 'Rows whose content changed, returned ones included.';
    comment on column pinterest_ads_sync_runs.rows_deleted is 'Rows marked as deleted, or removed from reports.';
    comment on column pinterest_ads_sync_runs.records_rejected is 'Records kept in pinterest_ads_rejected_records.';
    comment on column pinterest_ads_sync_runs.api_calls is 'Requests sent to Pinterest, repeated ones included.';
    comment on column pinterest_ads_sync_runs.error_code is 'Stable code of the error that ended the run, if any.';
    comment on column pinterest_ads_sync_runs.error is 'What happened and what to do, if the run did not succeed.';
    comment on column pinterest_ads_sync_runs.version is 'Version of the connector.';
    comment on column pinterest_ads_sync_runs.host is 'Host that ran it.';
    comment on column pinterest_ads_sync_runs.pid is 'Process id on that host.';
    create index on pinterest_ads_sync_runs (started_at);

    create table pinterest_ads_sync_slices (
      id bigint generated always as identity primary key,
      run_id uuid not null references pinterest_ads_sync_runs (id) on delete cascade,
      resource text not null,
      ad_account_id text,
      owner_user_id text,
      window_from date,
      window_to date,
      status text,
      attempts bigint,
      pages bigint,
      records bigint,
      rows_inserted bigint,
      rows_updated bigint,
      rows_unchanged bigint,
      rows_deleted bigint,
      records_rejected bigint,
      texts_repaired bigint,
      api_calls bigint,
      started_at timestamptz,
      finished_at timestamptz,
      error_code text,
      error text
    );
    comment on table pinterest_ads_sync_slices is 'One row per slice of a run: a resource of one ad account (or owner), for reports of one window of days.';
    comment on column pinterest_ads_sync_slices.id is 'Number of the slice.';
    comment on column pinterest_ads_sync_slices.run_id is 'Run; joins to pinterest_ads_sync_runs.id.';
    comment on column pinterest_ads_sync_slices.resource is 'Resource; the table is pinterest_ads_<resource>.';
    comment on column pinterest_ads_sync_slices.ad_account_id is 'Ad account asked (for catalog data: acted through); null when asked once for all.';
    comment on column pinterest_ads_sync_slices.owner_user_id is 'Owner of the catalog data; null for other resources.';
    comment on column pinterest_ads_sync_slices.window_from is 'First day of a report, UTC; null for entities.';
    comment on column pinterest_ads_sync_slices.window_to is 'Last day of a report, inclusive, UTC; null for entities.';
    comment on column pinterest_ads_sync_slices.status is 'planned, running, succeeded, failed, skipped (a parent failed) or interrupted.';
    comment on column pinterest_ads_sync_slices.attempts is 'How often the slice was begun in this run.';
    comment on column pinterest_ads_sync_slices.pages is 'Pages read.';
    comment on column pinterest_ads_sync_slices.records is 'Records that Pinterest sent.';
    comment on column pinterest_ads_sync_slices.rows_inserted is 'Rows new in the warehouse.';
    comment on column pinterest_ads_sync_slices.rows_updated is 'Rows whose content changed, returned ones included.';
    comment on column pinterest_ads_sync_slices.rows_unchanged is 'Rows that were already as Pinterest sent them.';
    comment on column pinterest_ads_sync_slices.rows_deleted is 'Rows marked as deleted, or removed from reports.';
    comment on column pinterest_ads_sync_slices.records_rejected is 'Records kept in pinterest_ads_rejected_records.';
    comment on column pinterest_ads_sync_slices.texts_repaired is 'Texts with characters that Postgres cannot hold (NUL, lone surrogates), stored with U+FFFD instead.';
    comment on column pinterest_ads_sync_slices.api_calls is 'Requests sent to Pinterest, repeated ones included.';
    comment on column pinterest_ads_sync_slices.started_at is 'Start, UTC.';
    comment on column pinterest_ads_sync_slices.finished_at is 'End, UTC.';
    comment on column pinterest_ads_sync_slices.error_code is 'Stable code of the error, if the slice was not loaded.';
    comment on column pinterest_ads_sync_slices.error is 'What happened and what to do, if the slice was not loaded.';
    create index on pinterest_ads_sync_slices (run_id);

    create table pinterest_ads_sync_cursors (
      resource text not null,
      scope_id text not null,
      loaded_through date,
      loaded_at timestamptz,
      run_id uuid,
      primary key (resource, scope_id)
    );
    comment on table pinterest_ads_sync_cursors is 'How far each resource of each ad account (or owner) is loaded. Never moves back.';
    comment on column pinterest_ads_sync_cursors.resource is 'Resource; the table is pinterest_ads_<resource>.';
    comment on column pinterest_ads_sync_cursors.scope_id is 'Ad account id; owner user id for catalog data; * when asked once for all.';
    comment on column pinterest_ads_sync_cursors.loaded_through is 'Last day loaded, UTC; null for entities.';
    comment on column pinterest_ads_sync_cursors.loaded_at is 'When a slice was last loaded completely, UTC.';
    comment on column pinterest_ads_sync_cursors.run_id is 'Run that did it; joins to pinterest_ads_sync_runs.id.';

    create table pinterest_ads_rejected_records (
      id bigint generated always as identity primary key,
      run_id uuid,
      resource text,
      scope_id text,
      record_key jsonb,
      reason text,
      record text,
      rejected_at timestamptz
    );
    comment on table pinterest_ads_rejected_records is 'Records that could not be loaded, with the reason and their full text.';
    comment on column pinterest_ads_rejected_records.id is 'Number of the rejection.';
    comment on column pinterest_ads_rejected_records.run_id is 'Run; joins to pinterest_ads_sync_runs.id.';
    comment on column pinterest_ads_rejected_records.resource is 'Resource the record belongs to.';
    comment on column pinterest_ads_rejected_records.scope_id is 'Ad account id; owner user id for catalog data; * when asked once for all.';
    comment on column pinterest_ads_rejected_records.record_key is 'Key of the record as an object, null when it could not be read.';
    comment on column pinterest_ads_rejected_records.reason is 'Column and problem.';
    comment on column pinterest_ads_rejected_records.record is 'The record as JSON text, without secrets; NUL and lone surrogates stand as U+FFFD.';
    comment on column pinterest_ads_rejected_records.rejected_at is 'When it was rejected, UTC.';
    create index on pinterest_ads_rejected_records (run_id);

    create table pinterest_ads_schema_drift (
      resource text not null,
      field text not null,
      json_type text,
      records bigint,
      first_seen_at timestamptz,
      last_seen_at timestamptz,
      last_run_id uuid,
      primary key (resource, field)
    );
    comment on table pinterest_ads_schema_drift is 'Fields that Pinterest sends and this version does not know; their values are kept in _extra.';
    comment on column pinterest_ads_schema_drift.resource is 'Resource whose records carry the field.';
    comment on column pinterest_ads_schema_drift.field is 'Name of the field.';
    comment on column pinterest_ads_schema_drift.json_type is 'JSON type of the value when last seen.';
    comment on column pinterest_ads_schema_drift.records is 'Records with the field in the last slice that had it.';
    comment on column pinterest_ads_schema_drift.first_seen_at is 'When it was first seen, UTC.';
    comment on column pinterest_ads_schema_drift.last_seen_at is 'When it was last seen, UTC.';
    comment on column pinterest_ads_schema_drift.last_run_id is 'Run that last saw it; joins to pinterest_ads_sync_runs.id.';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table pinterest_ads_schema_drift, pinterest_ads_rejected_records, pinterest_ads_sync_cursors,
      pinterest_ads_sync_slices, pinterest_ads_sync_runs
  `);
}
