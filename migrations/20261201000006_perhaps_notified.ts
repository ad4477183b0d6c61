import type { Knex } from "knex";

/** A delivery counts as perhaps taken from its beginning, so that the end of an alert is told even if the process dies. */
export async function up(knex: Knex): Promise<void> {
  await describe(
    knex,
    "True while nobody knows whether the webhook took the alert: it is being told, or gave no answer; else null.",
  );
}

export async function down(knex: Knex): Promise<void> {
  await describe(
    knex,
    "True when the webhook gave no answer, and may have taken the alert all the same; null otherwise.",
  );
}

async function describe(knex: Knex, comment: string): Promise<void> {
  await knex.raw(`comment on column pinterest_ads_alerts.perhaps_notified is '${comment}'`);
}
