import type { Knex } from "knex";

/**
 * What the connector keeps when it runs as a service: which ticks are done, who runs the schedule, which alerts are open,
 * which ad accounts are shut.
 * Runs with search_path set to the warehouse's schema.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table pinterest_ads_schedules (
      schedule text primary key,
      expression text,
      timezone text,
      handled_through timestamptz,
      last_run_id uuid,
      updated_at timestamptz
    );
    comment on table pinterest_ads_schedules is 'What is refreshed on a schedule, and how far that is done. A tick after handled_through that has passed is made up for, once.';
    comment on column pinterest_ads_schedules.schedule is 'entities, catalogs, analytics or recent_analytics.';
    comment on column pinterest_ads_schedules.expression is 'Cron expression: minute, hour, day, month, weekday. Null when switched off.';
    comment on column pinterest_ads_schedules.timezone is 'Time zone in which the expression is read.';
    comment on column pinterest_ads_schedules.handled_through is 'Ticks up to here have had their run, UTC; null before the first.';
    comment on column pinterest_ads_schedules.last_run_id is 'Run that did it last; joins to pinterest_ads_sync_runs.id.';
    comment on column pinterest_ads_schedules.updated_at is 'When the row was last written, UTC.';

    create table pinterest_ads_schedulers (
      id uuid primary key,
      host text,
      pid bigint,
      version text,
      started_at timestamptz,
      seen_at timestamptz,
      waits_for text
    );
    comment on table pinterest_ads_schedulers is 'The process that runs the schedule: one row, replaced when another takes over.';
    comment on column pinterest_ads_schedulers.id is 'Identifies the process.';
    comment on column pinterest_ads_schedulers.host is 'Host of the process.';
    comment on column pinterest_ads_schedulers.pid is 'Process id.';
    comment on column pinterest_ads_schedulers.version is 'Version of the connector.';
    comment on column pinterest_ads_schedulers.started_at is 'When it took the schedule over, UTC.';
    comment on column pinterest_ads_schedulers.seen_at is 'When it last looked at the schedule, UTC.';
    comment on column pinterest_ads_schedulers.waits_for is 'Why it does not run what is due; null when nothing is in the way.';

    create table pinterest_ads_alerts (
      kind text not null,
      subject text not null,
      level text,
      summary text,
      details text,
      next_step text,
      raised_at timestamptz,
      notified_at timestamptz,
      notified_level text,
      resolved_at timestamptz,
      resolution_notified_at timestamptz,
      attempts bigint,
      retry_at timestamptz,
      delivery_error text,
      perhaps_notified boolean,
      primary key (kind, subject)
    );
    comment on table pinterest_ads_alerts is 'What needs, or needed, a person. One row per kind and subject, raised anew when it comes back.';
    comment on column pinterest_ads_alerts.kind is 'Kind of alert; docs/operations.md says what to do about each.';
    comment on column pinterest_ads_alerts.subject is 'What it is about: a schedule, an ad account, a field, ...';
    comment on column pinterest_ads_alerts.level is 'How urgent it is where that grows, such as days that a token has left; null otherwise.';
    comment on column pinterest_ads_alerts.summary is 'What happened.';
    comment on column pinterest_ads_alerts.details is 'More about it; null when there is no more.';
    comment on column pinterest_ads_alerts.next_step is 'What to do.';
    comment on column pinterest_ads_alerts.raised_at is 'When it was found, UTC.';
    comment on column pinterest_ads_alerts.notified_at is 'When the webhook took it, UTC; null while it has not.';
    comment on column pinterest_ads_alerts.notified_level is 'Level that the webhook was last told.';
    comment on column pinterest_ads_alerts.resolved_at is 'When it was found to be over, UTC; null while it lasts.';
    comment on column pinterest_ads_alerts.resolution_notified_at is 'When the webhook was told that it is over, UTC.';
    comment on column pinterest_ads_alerts.attempts is 'Deliveries that were begun since the last that succeeded.';
    comment on column pinterest_ads_alerts.perhaps_notified is 'True when the webhook gave no answer, and may have taken the alert all the same; null otherwise.';
    comment on column pinterest_ads_alerts.retry_at is 'When delivery is tried again, UTC; null: at once.';
    comment on column pinterest_ads_alerts.delivery_error is 'Why the last delivery failed; null when it did not.';

    create table pinterest_ads_shut_accounts (
      ad_account_id text primary key,
      reason text,
      error_code text,
      since timestamptz,
      checked_at timestamptz,
      run_id uuid
    );
    comment on table pinterest_ads_shut_accounts is 'Ad accounts that cannot be read: suspended, permission withdrawn, or configured and no longer listed. Runs leave them out but for one question; the row goes when Pinterest answers it.';
    comment on column pinterest_ads_shut_accounts.ad_account_id is 'Ad account; joins to ad_accounts.';
    comment on column pinterest_ads_shut_accounts.reason is 'What Pinterest said.';
    comment on column pinterest_ads_shut_accounts.error_code is 'Stable code of the error.';
    comment on column pinterest_ads_shut_accounts.since is 'When it was first refused, UTC.';
    comment on column pinterest_ads_shut_accounts.checked_at is 'When it was last asked, UTC.';
    comment on column pinterest_ads_shut_accounts.run_id is 'Run that asked last; joins to pinterest_ads_sync_runs.id.';

    create index on pinterest_ads_rejected_records (rejected_at);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index pinterest_ads_rejected_records_rejected_at_idx;
    drop table pinterest_ads_shut_accounts, pinterest_ads_alerts, pinterest_ads_schedulers, pinterest_ads_schedules;
  `);
}
