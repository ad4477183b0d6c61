import type { Client } from "pg";
import { metricsOf } from "../resources/analytics.ts";
import type { AnalyticsResource } from "../resources/define.ts";
import type { Window } from "../window.ts";
import { executeMerge, type MergeCounts, type StagedCounts } from "./merge.ts";
import { compileMerge, keyTexts, type MergeScope, type Statement } from "./merge-sql.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import { REJECTED_STAGE, STAGE } from "./stage.ts";

/** The metrics that a slice is about. */
export interface MetricsWindow {
  readonly adAccountId: string;
  readonly attribution: string;
  readonly window: Window;
}

/**
 * Makes the stage the truth about a window of metrics. Must run inside a transaction, on the connection that holds
 * the stage, after `rejectOutside`. Rows of the account, attribution and window: new and changed ones are written,
 * vanished ones deleted (Pinterest leaves out rows of which everything is zero) unless their record came and was
 * rejected, unchanged ones not touched, not even in WAL. A metric that is not among `asked` keeps its value, and
 * rows of `unaskedTypes` (targeting types) stay.
 * Two rows with one key: the last one wins.
 */
export async function replaceWindow(
  client: Client,
  resource: AnalyticsResource,
  staged: StagedCounts,
  options: MetricsWindow & {
    readonly runId: string;
    readonly asked: readonly string[];
    readonly unaskedTypes?: readonly string[];
  },
): Promise<MergeCounts> {
  const scope = windowScope(options);
  const sql = compileMerge(resource, scope, options.runId, comparedColumns(resource, options.asked));
  return executeMerge(client, sql, staged, keepTypes(sql.deleteMissing, options.unaskedTypes));
}

/** The deletion without rows of these targeting types: nobody asked whether they still stand. */
function keepTypes({ text, values }: Statement, types: readonly string[] = []): Statement {
  if (types.length === 0) return { text, values };
  return {
    text: `${text} and t.targeting_type <> all($${values.length + 1})`,
    values: [...values, [...types]],
  };
}

/** Sets staged rows of other days apart: nobody asked for them, and they would escape every later replacement. */
export async function rejectOutside(
  client: Client,
  resource: AnalyticsResource,
  { from, to }: Window,
): Promise<number> {
  const { rowCount } = await client.query(
    `with outside as (
       delete from pg_temp.${STAGE} as s where s.date not between $1 and $2 returning *)
     insert into pg_temp.${REJECTED_STAGE} (reason, record, key)
     select 'the day is outside the asked window',
            (jsonb_strip_nulls(to_jsonb(o)) - '_n')::text, ${keyTexts(resource, "o")}
       from outside as o`,
    [from, to],
  );
  return rowCount ?? 0;
}

/** Rows that stand for the account, attribution and window. */
export async function countWindowRows(
  client: Client,
  resource: AnalyticsResource,
  options: MetricsWindow,
): Promise<number> {
  const scope = windowScope(options);
  const { rows } = await client.query(
    `select count(*)::int as standing from ${quoteIdentifier(tableName(resource))} as t
      where true ${scope.condition(1)}`,
    [...scope.values],
  );
  return rows[0].standing;
}

/** Metrics of the resource's table that are not among `asked`. */
export function findLeftOut(resource: AnalyticsResource, asked: readonly string[]): string[] {
  const given = new Set(asked);
  return metricsOf(resource)
    .map(({ column }) => column)
    .filter((column) => !given.has(column));
}

function comparedColumns(resource: AnalyticsResource, asked: readonly string[]): string[] {
  const unasked = new Set(findLeftOut(resource, asked));
  return [...resource.columns.map(({ name }) => name), "_extra"].filter(
    (name) => !resource.key.includes(name) && !unasked.has(name),
  );
}

function windowScope({ adAccountId, attribution, window }: MetricsWindow): MergeScope {
  return {
    values: [adAccountId, window.from, window.to, attribution],
    condition: (first) =>
      `and t.ad_account_id = $${first} and t.date between $${first + 1} and $${first + 2}
       and t.attribution = $${first + 3}`,
  };
}
