import { listBuckets, type Moment } from "./day.ts";
import { type Level, listEntities } from "./levels.ts";
import type { SyncRequest } from "./read-query.ts";
import type { KnownAccount } from "./registry.ts";
import { eachRow, type RowQuery } from "./rows.ts";
import { makeForm, needsConversions, writeFields } from "./write-row.ts";

/**
 * The JSON of a synchronous answer: a bare array of rows with ids as texts, or for targeting
 * `{"data":[{"targeting_type","targeting_value","metrics"}]}` with ids as numbers.
 */
export function formatAnalytics(
  account: KnownAccount,
  level: Level,
  request: SyncRequest,
  moment: Moment,
): string {
  const { types, columns } = request;
  const form = makeForm(level, columns, { ids: types ? "number" : "text", zeros: "mixed" });
  const query: RowQuery = { ...request, moment, conversions: needsConversions(form) };
  const buckets = listBuckets(request.from, request.to, request.granularity);
  const rows: string[] = [];
  for (const entity of listEntities(account, level)) {
    if (!request.fits(entity)) continue;
    for (const bucket of buckets) {
      eachRow(entity, bucket, query, (row) => {
        const fields = writeFields(row, form);
        if (fields === undefined) return;
        const { targeting } = row;
        rows.push(
          targeting === undefined
            ? `{${fields}}`
            : `{"targeting_type":"${targeting.type}","targeting_value":${JSON.stringify(targeting.value)},"metrics":{${fields}}}`,
        );
      });
    }
  }
  const list = `[${rows.join(",")}]`;
  return types === undefined ? list : `{"data":${list}}`;
}
