import type { Knex } from "knex";

/**
 * The rotated OAuth tokens, one row per Pinterest app.
 * Runs with search_path set to the warehouse's schema.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table pinterest_ads_oauth_tokens (
      app_id text primary key,
      access_token bytea,
      refresh_token bytea,
      access_token_expires_at timestamptz,
      refresh_token_expires_at timestamptz,
      scopes text[],
      seed_fingerprint text,
      key_id text,
      refreshed_at timestamptz,
      refresh_started_at timestamptz,
      refused_at timestamptz,
      refused_fingerprint text,
      refused_reason text
    );
    comment on table pinterest_ads_oauth_tokens is 'OAuth tokens of the connector, encrypted with TOKEN_ENCRYPTION_KEY (AES-256-GCM). Pinterest replaces them with every refresh, so this row is the only place where the valid ones are: do not delete or restore it.';
    comment on column pinterest_ads_oauth_tokens.app_id is 'PINTEREST_APP_ID.';
    comment on column pinterest_ads_oauth_tokens.access_token is 'Access token: IV, tag and ciphertext.';
    comment on column pinterest_ads_oauth_tokens.refresh_token is 'Refresh token: IV, tag and ciphertext.';
    comment on column pinterest_ads_oauth_tokens.access_token_expires_at is 'When the access token ends, UTC; null when Pinterest did not say.';
    comment on column pinterest_ads_oauth_tokens.refresh_token_expires_at is 'When the refresh token ends unless it is refreshed before, UTC; null when Pinterest did not say.';
    comment on column pinterest_ads_oauth_tokens.scopes is 'Scopes that Pinterest granted.';
    comment on column pinterest_ads_oauth_tokens.seed_fingerprint is 'SHA-256 of the app id and the configured refresh token that the rotations started from; tells a changed PINTEREST_REFRESH_TOKEN.';
    comment on column pinterest_ads_oauth_tokens.key_id is 'Fingerprint of the encryption key; tells a changed TOKEN_ENCRYPTION_KEY.';
    comment on column pinterest_ads_oauth_tokens.refreshed_at is 'Last successful refresh, UTC.';
    comment on column pinterest_ads_oauth_tokens.refresh_started_at is 'Start of a refresh that has not ended yet, UTC; one that stays here was cut off.';
    comment on column pinterest_ads_oauth_tokens.refused_at is 'When Pinterest refused the refresh token, UTC. It is not asked again until app id, app secret or PINTEREST_REFRESH_TOKEN change.';
    comment on column pinterest_ads_oauth_tokens.refused_fingerprint is 'SHA-256 of what was refused: app id, app secret and seed_fingerprint.';
    comment on column pinterest_ads_oauth_tokens.refused_reason is 'What Pinterest said when it refused.';
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table pinterest_ads_oauth_tokens");
}
