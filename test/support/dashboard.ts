import { readFileSync } from "node:fs";

/** One query of the dashboard, of a panel or of a variable. */
export interface DashboardQuery {
  readonly title: string;
  readonly type: string;
  /** `time_series` or `table`; undefined for variables. */
  readonly format: string | undefined;
  readonly sql: string;
  /** Columns that the panel dresses up. */
  readonly overridden: readonly string[];
}

export interface Dashboard {
  readonly uid: string;
  readonly timezone: string;
  readonly panels: readonly DashboardQuery[];
  readonly variables: readonly DashboardQuery[];
  /** Every data source that anything in it names, once each, as JSON. */
  readonly datasources: ReadonlySet<string>;
}

/** What the user has chosen: texts as the database has them, or everything. */
export interface Choice {
  readonly from: Date;
  readonly to: Date;
  readonly account?: readonly string[];
  readonly campaign?: readonly string[];
}

/** The parts of the file that matter here. */
interface DashboardFile {
  readonly uid: string;
  readonly timezone: string;
  readonly panels: readonly PanelInFile[];
  readonly templating: { readonly list: readonly { name: string; type: string; query: string }[] };
}

interface PanelInFile {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { format: string; rawSql: string }[];
  readonly fieldConfig?: { readonly overrides: readonly { matcher: { options: string } }[] };
}

export function readDashboard(file: string): Dashboard {
  const datasources = new Set<string>();
  const parsed: unknown = JSON.parse(readFileSync(file, "utf8"), (key, value) => {
    if (key === "datasource") datasources.add(JSON.stringify(value));
    return value;
  });
  const { uid, timezone, panels, templating } = parsed as DashboardFile;
  return {
    uid,
    timezone,
    datasources,
    panels: panels.flatMap(({ title, type, targets = [], fieldConfig }) =>
      targets.map(({ format, rawSql: sql }) => ({
        title,
        type,
        format,
        sql,
        overridden: (fieldConfig?.overrides ?? []).map(({ matcher }) => matcher.options),
      })),
    ),
    variables: templating.list.map(({ name, type, query }) => ({
      title: name,
      type,
      format: undefined,
      sql: query,
      overridden: [],
    })),
  };
}

/**
 * The SQL as Grafana sends it: $__timeFilter becomes a range of texts in UTC, a variable a list of quoted texts, and
 * the value for all of a variable stands as it is written.
 */
export function expandSql(sql: string, { from, to, ...chosen }: Choice): string {
  const moment = (date: Date) => `'${date.toISOString()}'`;
  const expanded = sql
    .replaceAll(/\$__timeFilter\(([\w.]+)\)/g, `$1 BETWEEN ${moment(from)} AND ${moment(to)}`)
    .replaceAll(/\$\{(account|campaign):sqlstring\}/g, (_, name: "account" | "campaign") =>
      chosen[name] === undefined ? "'all'" : chosen[name].map(quote).join(","),
    );
  if (expanded.includes("$")) throw new Error(`something is not expanded: ${expanded}`);
  return expanded;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
