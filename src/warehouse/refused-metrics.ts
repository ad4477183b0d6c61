import type { Client } from "pg";
import type { AnalyticsResource } from "../resources/define.ts";
import type { Way } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { repairText } from "./repair-text.ts";

const TABLE = "pinterest_ads_refused_metrics";

/** Metrics that Pinterest would not give for a resource of an ad account. */
export interface RefusedMetrics {
  readonly resource: string;
  readonly adAccountId: string;
  readonly method: Way;
  /** As Pinterest names them, such as `TOTAL_IMPRESSION_USER`. */
  readonly metrics: readonly string[];
  /** What Pinterest said. */
  readonly reason: string;
  readonly runId: string;
}

/** Names of metrics that were refused, last not before `since`, for a resource (by name) and a way of asking. */
export async function readRefusedMetrics(
  { knex }: Warehouse,
  resource: string,
  adAccountId: string,
  method: Way,
  since: Date,
): Promise<string[]> {
  return knex(TABLE)
    .where({ resource, ad_account_id: adAccountId, method })
    .where("refused_at", ">=", since)
    .orderBy("metric")
    .pluck("metric");
}

/** Notes what Pinterest refused; known refusals are renewed. */
export async function recordRefusedMetrics({ knex }: Warehouse, refused: RefusedMetrics): Promise<void> {
  if (refused.metrics.length === 0) return;
  const rows = refused.metrics.map((metric) => ({
    resource: refused.resource,
    ad_account_id: refused.adAccountId,
    method: refused.method,
    metric,
    reason: repairText(refused.reason),
    refused_at: knex.fn.now(),
    run_id: refused.runId,
  }));
  await knex(TABLE).insert(rows).onConflict(["resource", "ad_account_id", "method", "metric"]).merge();
}

/** Forgets refusals of what Pinterest now gives. Part of the merge transaction. */
export async function forgetAcceptedMetrics(
  client: Client,
  accepted: {
    readonly resource: AnalyticsResource;
    readonly adAccountId: string;
    readonly method: Way;
    /** Columns of the table. */
    readonly asked: readonly string[];
  },
): Promise<void> {
  const { resource, adAccountId, method, asked } = accepted;
  const names = resource.columns.filter(({ name }) => asked.includes(name)).map(({ path }) => path.at(-1));
  await client.query(
    `delete from ${TABLE} where resource = $1 and ad_account_id = $2 and method = $3 and metric = any($4)`,
    [resource.name, adAccountId, method, names],
  );
}
