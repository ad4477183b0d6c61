import type { Warehouse } from "./database.ts";

/** An alert that lasts. */
export interface OpenAlert {
  readonly kind: string;
  readonly subject: string;
  readonly level: string | null;
  readonly summary: string;
  readonly details: string | null;
  readonly next_step: string | null;
  readonly raised_at: Date;
}

/** The newest last. */
export async function readOpenAlerts({ knex }: Warehouse): Promise<OpenAlert[]> {
  return knex("pinterest_ads_alerts")
    .whereNull("resolved_at")
    .orderBy(["raised_at", "kind", "subject"])
    .select("kind", "subject", "level", "summary", "details", "next_step", "raised_at");
}
