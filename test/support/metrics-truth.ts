import { type Attribution, DEFAULT_ATTRIBUTION, nameAttribution } from "../../src/resources/attribution.ts";
import type { TruthRequest, TruthRow } from "../../src/simulator/analytics/truth.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { SyncUnderTest } from "./sync.ts";

/** Tables of metrics as they are documented: the level that Pinterest calls it, and the ids on its rows, its own last. */
const TABLES: Readonly<Record<string, { level: TruthRequest["level"]; ids: readonly string[] }>> = {
  ad_account_analytics: { level: "ADVERTISER", ids: ["ad_account_id"] },
  campaign_analytics: { level: "CAMPAIGN", ids: ["campaign_id"] },
  ad_group_analytics: { level: "AD_GROUP", ids: ["campaign_id", "ad_group_id"] },
  ad_analytics: { level: "PIN_PROMOTION", ids: ["campaign_id", "ad_group_id", "ad_id"] },
  product_group_analytics: {
    level: "PRODUCT_GROUP",
    ids: ["campaign_id", "ad_group_id", "product_group_id"],
  },
  keyword_analytics: { level: "KEYWORD", ids: ["campaign_id", "ad_group_id", "keyword_id"] },
  ad_account_targeting_analytics: { level: "ADVERTISER_TARGETING", ids: ["ad_account_id"] },
  campaign_targeting_analytics: { level: "CAMPAIGN_TARGETING", ids: ["campaign_id"] },
  ad_group_targeting_analytics: { level: "AD_GROUP_TARGETING", ids: ["campaign_id", "ad_group_id"] },
  ad_targeting_analytics: { level: "PIN_PROMOTION_TARGETING", ids: ["campaign_id", "ad_group_id", "ad_id"] },
};
export const METRIC_TABLES: readonly string[] = Object.keys(TABLES);
/** Those without a breakdown. */
export const PLAIN_TABLES: readonly string[] = METRIC_TABLES.filter((name) => !name.includes("targeting"));

const DIFFERENCES_SHOWN = 20;

/** A warehouse and the simulator that it is a copy of. */
export type MetricsCopy = Pick<SyncUnderTest, "query" | "simulator">;

/** What of the truth a table must hold, and nothing else. */
export interface MetricsScope {
  /** Such as `ad_analytics`. */
  readonly tables: readonly string[];
  /** Both days included, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** Names of metrics. */
  readonly metrics: readonly string[];
  /** The default alone when absent. */
  readonly attributions?: readonly Attribution[];
  /** Of breakdowns; none when absent. */
  readonly targetingTypes?: readonly string[];
}

/** Everything that a row says but its metrics, by column, and its metrics. */
interface MetricsRow {
  readonly about: Readonly<Record<string, string | null>>;
  readonly metrics: Readonly<Record<string, string | number | bigint | null>>;
}

/** By table, then by key. */
export type ExpectedMetrics = ReadonlyMap<string, ReadonlyMap<string, MetricsRow>>;

/**
 * Where the tables differ from the simulator's truth of this moment, one line each, at most 20; empty when every row and
 * every metric is there and nothing else. A metric that is 0 may be missing in a row, as at Pinterest.
 */
export async function findMetricDifferences(subject: MetricsCopy, scope: MetricsScope): Promise<string[]> {
  return compareMetrics(subject, expectMetrics(subject.simulator, scope));
}

/** What the tables must hold, by the simulator's truth of this moment. */
export function expectMetrics(simulator: Simulator, scope: MetricsScope): ExpectedMetrics {
  return new Map(
    scope.tables.map((table) => [
      table,
      new Map(listExpected(simulator, table, scope).map((row) => [identify(table, row.about), row])),
    ]),
  );
}

/** Where the tables differ from what was expected of them. */
export async function compareMetrics(subject: MetricsCopy, expected: ExpectedMetrics): Promise<string[]> {
  const differences: string[] = [];
  for (const [table, rows] of expected) differences.push(...(await compareTable(subject, table, rows)));
  return differences.slice(0, DIFFERENCES_SHOWN);
}

async function compareTable(
  subject: MetricsCopy,
  table: string,
  expected: ReadonlyMap<string, MetricsRow>,
): Promise<string[]> {
  const differences: string[] = [];
  const seen = new Set<string>();
  for (const found of await readTexts(subject, table)) {
    const key = identify(table, found);
    const wanted = expected.get(key);
    if (seen.has(key)) differences.push(`${table} ${key}: is there twice`);
    seen.add(key);
    if (wanted) differences.push(...compareRow(`${table} ${key}`, found, wanted));
    else differences.push(`${table} ${key}: is not in the truth`);
  }
  for (const key of expected.keys()) if (!seen.has(key)) differences.push(`${table} ${key}: is missing`);
  return differences;
}

function compareRow(place: string, found: Texts, { about, metrics }: MetricsRow): string[] {
  const wrong = Object.entries(about).filter(([column, value]) => found[column] !== value);
  const unequal = Object.entries(metrics).filter(([column, value]) => !isSame(found[column], value));
  return [...wrong, ...unequal].map(
    ([column, value]) => `${place} ${column}: ${found[column]}, not ${value}`,
  );
}

function isSame(
  found: string | null | undefined,
  expected: MetricsRow["metrics"][string] | undefined,
): boolean {
  if (found === undefined) return false;
  if (typeof expected === "bigint") return BigInt(found ?? 0) === expected;
  return Number(found ?? 0) === expected;
}

type Texts = Readonly<Record<string, string | null>>;

/** Every row with every column as text, so that no digit is lost. */
async function readTexts({ query }: MetricsCopy, table: string): Promise<Texts[]> {
  const name = `pinterest_ads_${table}`;
  const columns = await query(
    `select quote_ident(attname) as name from pg_attribute where attrelid = '${name}'::regclass and attnum > 0 and not attisdropped`,
  );
  const texts = columns.map(({ name: column }) => `${column}::text as ${column}`);
  return (await query(`select ${texts.join(", ")} from ${name}`)) as Texts[];
}

function identify(table: string, about: Texts): string {
  const columns = ["ad_account_id", "attribution", "date", ...(TABLES[table]?.ids ?? [])];
  const breakdown = table.includes("targeting") ? ["targeting_type", "targeting_value"] : [];
  return [...columns, ...breakdown].map((column) => about[column]).join(" ");
}

function listExpected(simulator: Simulator, table: string, scope: MetricsScope): MetricsRow[] {
  const declared = TABLES[table];
  if (!declared) throw new Error(`there is no table of metrics ${table}`);
  const { from, to, metrics: columns, attributions = [DEFAULT_ATTRIBUTION] } = scope;
  const types = table.includes("targeting") ? (scope.targetingTypes ?? []) : [undefined];
  return simulator.world.adAccounts.flatMap((account) =>
    attributions.flatMap((attribution) =>
      types.flatMap((targetingType) => {
        const request = { adAccountId: account.id, level: declared.level, from, to, attribution, columns };
        const rows = simulator.truth({ ...request, ...(targetingType && { targetingType }) });
        const common = {
          ad_account_id: account.id,
          attribution: nameAttribution(attribution),
          click_window_days: String(attribution.click),
          engagement_window_days: String(attribution.engagement),
          view_window_days: String(attribution.view),
          conversion_report_time: attribution.reportTime,
          currency: String(account["currency"]),
          _extra: null,
          ...(targetingType && { targeting_type: targetingType }),
        };
        return rows.map((row) => expectRow(declared.ids, common, row));
      }),
    ),
  );
}

function expectRow(ids: readonly string[], common: Texts, row: TruthRow): MetricsRow {
  const { id, campaignId, adGroupId, date, targetingValue } = row;
  const parents = { campaign_id: campaignId ?? null, ad_group_id: adGroupId ?? null };
  const own = ids.at(-1) ?? "";
  const known = Object.entries({ ...parents, [own]: id }).filter(([column]) => ids.includes(column));
  return {
    about: {
      ...common,
      ...Object.fromEntries(known),
      date,
      ...(targetingValue !== undefined && { targeting_value: targetingValue }),
    },
    metrics: Object.fromEntries(
      Object.entries(row.metrics).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  };
}
