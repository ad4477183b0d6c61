import type { Knex } from "knex";

/** Whether rejected records came again without any is looked up every minute, slice by slice. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    `create index on pinterest_ads_sync_slices (resource, (coalesce(owner_user_id, ad_account_id, '*')))
      where status = 'succeeded' and records_rejected = 0`,
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop index pinterest_ads_sync_slices_resource_coalesce_idx");
}
