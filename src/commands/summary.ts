import { formatCount, plural } from "../counting.ts";
import type { ConnectorError } from "../errors.ts";
import { resources } from "../resources/index.ts";
import type { SyncEvent } from "../sync/events.ts";
import type { RunReport } from "../sync/run.ts";
import { TABLE_PREFIX } from "../warehouse/names.ts";
import { renderFailures } from "./failures.ts";
import { formatDuration } from "./format.ts";
import { listNotLoaded } from "./not-loaded.ts";
import { renderTable } from "./table.ts";
import { wrapIndented } from "./wrap.ts";

/** What a run did to each table, counted from its events. */
export interface Tables {
  readonly onEvent: (event: SyncEvent) => void;
  readonly counts: ReadonlyMap<string, TableCounts>;
}

export interface TableCounts {
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
}

export function countTables(): Tables {
  const counts = new Map<string, TableCounts>();
  return {
    counts,
    onEvent(event) {
      if (event.kind !== "slice_finished") return;
      const { name } = event.slice.resource;
      const { merged, tally } = event.result;
      const sum = counts.get(name) ?? { inserted: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0 };
      sum.inserted += merged.inserted;
      sum.updated += merged.updated;
      sum.unchanged += merged.unchanged;
      sum.deleted += merged.deleted;
      sum.rejected += tally.recordsRejected;
      counts.set(name, sum);
    },
  };
}

/** The end of a run for a person: a line per table, what failed and what to do, and the bottom line. */
export function renderSummary(report: RunReport, tables: Tables, elapsedMs: number): string {
  const counts = tables.counts.size > 0 ? [renderCounts(tables)] : [];
  return [...counts, ...renderNotLoaded(report), renderBottomLine(report, elapsedMs)].join("\n\n");
}

function renderCounts({ counts }: Tables): string {
  const right = (title: string) => ({ title, align: "right" as const });
  // Without their common beginning: the longest names would not fit 80 columns.
  const columns = [
    { title: `table: ${TABLE_PREFIX}…` },
    ...["new", "changed", "same", "deleted", "rejected"].map(right),
  ];
  const rows = resources.flatMap((resource) => {
    const sum = counts.get(resource.name);
    if (!sum) return [];
    const numbers = [sum.inserted, sum.updated, sum.unchanged, sum.deleted, sum.rejected];
    return [[resource.name, ...numbers.map(formatCount)]];
  });
  return renderTable(columns, rows);
}

function renderNotLoaded({ failures }: RunReport): string[] {
  return renderFailures(listNotLoaded(failures)).map((text) => `Not loaded:\n${text}`);
}

function indent(error: ConnectorError): string {
  return wrapIndented([error.message, error.nextStep].filter(Boolean).join("\n"), 2);
}

const VERDICTS = {
  running: "Still running",
  succeeded: "Everything planned was loaded",
  partial: "Loaded in part",
  failed: "Nothing was loaded",
  interrupted: "Interrupted; the next run loads the rest",
} as const;

function renderBottomLine(report: RunReport, elapsedMs: number): string {
  const { status, totals, failures, error, windows } = report;
  const { rows_inserted, rows_updated, rows_deleted, records_rejected } = totals;
  const changed = rows_inserted + rows_updated + rows_deleted;
  const facts = [
    changed === 0 && status === "succeeded" ? "nothing had changed" : `${plural(changed, "row")} written`,
    plural(totals.api_calls, "API call"),
    formatDuration(elapsedMs),
  ];
  const lines = [`${VERDICTS[status]}: ${facts.join(", ")}.`];
  const unseen = totals.slices_failed - failures.length;
  if (unseen > 0) lines.push(`${plural(unseen, "slice")} ${unseen === 1 ? "was" : "were"} not begun.`);
  if (windows.loadedBefore > 0) lines.push(renderLoadedBefore(windows));
  if (error && failures.length === 0) lines.push(indent(error));
  if (records_rejected > 0)
    lines.push(
      `${plural(records_rejected, "record")} could not be loaded; see pinterest_ads_rejected_records.`,
    );
  return lines.join("\n");
}

function renderLoadedBefore({ planned, loadedBefore }: RunReport["windows"]): string {
  const count = plural(loadedBefore, "window");
  const what = planned === 0 ? `All of it (${count})` : count;
  return `${what} had been loaded by earlier backfills; --restart loads them again.`;
}
