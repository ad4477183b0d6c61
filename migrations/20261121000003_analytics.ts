import type { Knex } from "knex";

/**
 * What the connector keeps about metrics: which days are loaded and final, what Pinterest refuses, whether the levels add up.
 * Runs with search_path set to the warehouse's schema.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table pinterest_ads_sync_slices add column attribution text, add column method text, add column checked_at timestamptz;
    comment on column pinterest_ads_sync_slices.attribution is 'Attribution setting of a report, such as 30/30/1 TIME_OF_AD_ACTION; null for entities.';
    comment on column pinterest_ads_sync_slices.method is 'How metrics were asked for: sync (synchronous endpoint) or report (asynchronous report); null for entities and until loaded.';
    comment on column pinterest_ads_sync_slices.status is 'planned, running, succeeded, failed, skipped (a parent failed, or Pinterest did not say which days are final) or interrupted.';
    comment on column pinterest_ads_sync_slices.checked_at is 'When it was seen to that every entity of these metrics has a row in its own table, and the levels were compared, UTC; null for entities and until then.';
    create index on pinterest_ads_sync_slices (ad_account_id) where attribution is not null and status = 'succeeded' and checked_at is null;
    comment on column pinterest_ads_sync_cursors.loaded_through is 'Last day of metrics loaded under any attribution setting, UTC; null for entities.';

    create table pinterest_ads_loaded_days (
      resource text not null,
      ad_account_id text not null,
      attribution text not null,
      date date not null,
      asked_at timestamptz,
      loaded_at timestamptz,
      run_id uuid,
      method text,
      left_out text[],
      primary key (resource, ad_account_id, attribution, date)
    );
    comment on table pinterest_ads_loaded_days is 'Which days of metrics are loaded. One row per resource, ad account, attribution setting and day; a day without any delivery has a row here and none in the metrics.';
    comment on column pinterest_ads_loaded_days.resource is 'Resource; the table is pinterest_ads_<resource>.';
    comment on column pinterest_ads_loaded_days.ad_account_id is 'Ad account; joins to ad_accounts.';
    comment on column pinterest_ads_loaded_days.attribution is 'Attribution setting, such as 30/30/1 TIME_OF_AD_ACTION (click/engagement/view windows in days).';
    comment on column pinterest_ads_loaded_days.date is 'Day, UTC.';
    comment on column pinterest_ads_loaded_days.asked_at is 'When Pinterest was asked for what was loaded last, UTC; what it changed later is not loaded yet.';
    comment on column pinterest_ads_loaded_days.loaded_at is 'When the day was last loaded, UTC.';
    comment on column pinterest_ads_loaded_days.run_id is 'Run that did it; joins to pinterest_ads_sync_runs.id.';
    comment on column pinterest_ads_loaded_days.method is 'How it was asked for: sync (synchronous endpoint) or report (asynchronous report).';
    comment on column pinterest_ads_loaded_days.left_out is 'Metrics of the table that were not asked for then, because Pinterest refuses them or the method does not know them; null: none.';
    create index on pinterest_ads_loaded_days (date);

    create table pinterest_ads_running_reports (
      ad_account_id text not null,
      fingerprint text not null,
      token text,
      resource text,
      window_from date,
      window_to date,
      attribution text,
      created_at timestamptz,
      run_id uuid,
      primary key (ad_account_id, fingerprint)
    );
    comment on table pinterest_ads_running_reports is 'Reports that Pinterest is making, so that a run that follows a killed one takes them up. Deleted once loaded, or after the hour for which Pinterest keeps a report.';
    comment on column pinterest_ads_running_reports.ad_account_id is 'Ad account; joins to ad_accounts.';
    comment on column pinterest_ads_running_reports.fingerprint is 'SHA-256 of what the report asks.';
    comment on column pinterest_ads_running_reports.token is 'What Pinterest gives the report back for; of no use without an access token to the ad account.';
    comment on column pinterest_ads_running_reports.resource is 'Resource; the table is pinterest_ads_<resource>.';
    comment on column pinterest_ads_running_reports.window_from is 'First day of the report, UTC.';
    comment on column pinterest_ads_running_reports.window_to is 'Last day of the report, inclusive, UTC.';
    comment on column pinterest_ads_running_reports.attribution is 'Attribution setting, such as 30/30/1 TIME_OF_AD_ACTION.';
    comment on column pinterest_ads_running_reports.created_at is 'When the report was created, UTC.';
    comment on column pinterest_ads_running_reports.run_id is 'Run that created it; joins to pinterest_ads_sync_runs.id.';

    create table pinterest_ads_refused_metrics (
      resource text not null,
      ad_account_id text not null,
      method text not null,
      metric text not null,
      reason text,
      refused_at timestamptz,
      run_id uuid,
      primary key (resource, ad_account_id, method, metric)
    );
    comment on table pinterest_ads_refused_metrics is 'Metrics that Pinterest does not give for a resource of an ad account; they are left out and asked for again from time to time.';
    comment on column pinterest_ads_refused_metrics.resource is 'Resource; the table is pinterest_ads_<resource>.';
    comment on column pinterest_ads_refused_metrics.ad_account_id is 'Ad account; joins to ad_accounts.';
    comment on column pinterest_ads_refused_metrics.method is 'How it was asked for: sync (synchronous endpoint) or report (asynchronous report).';
    comment on column pinterest_ads_refused_metrics.metric is 'Metric as Pinterest names it; the column is the same in lower case.';
    comment on column pinterest_ads_refused_metrics.reason is 'What Pinterest said.';
    comment on column pinterest_ads_refused_metrics.refused_at is 'When it was last refused, UTC.';
    comment on column pinterest_ads_refused_metrics.run_id is 'Run that was refused; joins to pinterest_ads_sync_runs.id.';

    create table pinterest_ads_metrics_ready (
      date date primary key,
      delivery_final boolean,
      conversions_final boolean,
      checked_at timestamptz,
      final_since timestamptz
    );
    comment on table pinterest_ads_metrics_ready is 'Which days Pinterest says are complete, for all ad accounts alike.';
    comment on column pinterest_ads_metrics_ready.date is 'Day, UTC.';
    comment on column pinterest_ads_metrics_ready.delivery_final is 'True when spend, impressions and clicks of the day are complete.';
    comment on column pinterest_ads_metrics_ready.conversions_final is 'True when conversions of the day are complete.';
    comment on column pinterest_ads_metrics_ready.checked_at is 'When Pinterest was last asked, UTC.';
    comment on column pinterest_ads_metrics_ready.final_since is 'When both were first found to be true, UTC; null while one is not.';

    create table pinterest_ads_attributions (
      attribution text primary key,
      click_window_days bigint,
      engagement_window_days bigint,
      view_window_days bigint,
      conversion_report_time text,
      is_default boolean,
      position bigint
    );
    comment on table pinterest_ads_attributions is 'The configured attribution settings, as of the last run. Rows of different settings must not be added up.';
    comment on column pinterest_ads_attributions.attribution is 'Name of the setting, such as 30/30/1 TIME_OF_AD_ACTION; joins to attribution of every table of metrics.';
    comment on column pinterest_ads_attributions.click_window_days is 'Days after a click within which a conversion is credited to it.';
    comment on column pinterest_ads_attributions.engagement_window_days is 'Days after an engagement within which a conversion is credited to it.';
    comment on column pinterest_ads_attributions.view_window_days is 'Days after a view within which a conversion is credited to it.';
    comment on column pinterest_ads_attributions.conversion_report_time is 'Day to which a conversion is booked: TIME_OF_AD_ACTION or TIME_OF_CONVERSION.';
    comment on column pinterest_ads_attributions.is_default is 'True for the setting that the pinterest_ads_*_performance views show.';
    comment on column pinterest_ads_attributions.position is 'Place in the configuration, from 0.';

    create table pinterest_ads_reconciliation (
      ad_account_id text not null,
      date date not null,
      attribution text not null,
      metric text not null,
      level text not null,
      account_total numeric,
      level_total numeric,
      difference numeric,
      difference_percent numeric,
      verdict text,
      checked_at timestamptz,
      run_id uuid,
      primary key (ad_account_id, date, attribution, metric, level)
    );
    comment on table pinterest_ads_reconciliation is 'Whether the levels add up: the total of an ad account and day against the sum over its campaigns, ad groups and ads.';
    comment on column pinterest_ads_reconciliation.ad_account_id is 'Ad account; joins to ad_accounts.';
    comment on column pinterest_ads_reconciliation.date is 'Day, UTC.';
    comment on column pinterest_ads_reconciliation.attribution is 'Attribution setting, such as 30/30/1 TIME_OF_AD_ACTION.';
    comment on column pinterest_ads_reconciliation.metric is 'Column that is compared, in its own unit.';
    comment on column pinterest_ads_reconciliation.level is 'What is summed: campaign, ad_group or ad.';
    comment on column pinterest_ads_reconciliation.account_total is 'Value of the ad account; null when it is not loaded.';
    comment on column pinterest_ads_reconciliation.level_total is 'Sum over the level; null when it is not loaded.';
    comment on column pinterest_ads_reconciliation.difference is 'level_total less account_total; null when one is not loaded.';
    comment on column pinterest_ads_reconciliation.difference_percent is 'Difference in percent of account_total, without sign, to four digits; null when account_total is 0 or one is not loaded.';
    comment on column pinterest_ads_reconciliation.verdict is 'equal, within_tolerance, differs or not_loaded (the metric of that day is missing on one side).';
    comment on column pinterest_ads_reconciliation.checked_at is 'When it was compared, UTC.';
    comment on column pinterest_ads_reconciliation.run_id is 'Run that compared; joins to pinterest_ads_sync_runs.id. Null when compared by command.';
    create index on pinterest_ads_reconciliation (date);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table pinterest_ads_reconciliation, pinterest_ads_attributions, pinterest_ads_metrics_ready,
      pinterest_ads_refused_metrics, pinterest_ads_running_reports, pinterest_ads_loaded_days;
    alter table pinterest_ads_sync_slices drop column checked_at, drop column method, drop column attribution;
  `);
}
