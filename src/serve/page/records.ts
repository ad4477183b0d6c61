import { html } from "hono/html";
import { formatCount } from "../../counting.ts";
import type { StatusDocument } from "../status/document.ts";
import { type Part, showNote, showSection } from "./section.ts";
import { showRest, showTable } from "./table.ts";
import { type Markup, showMoment } from "./words.ts";

const ROWS_SHOWN = 40;
const right = (title: string) => ({ title, align: "right" as const });
const REJECTED_HEADINGS = [
  { title: "Resource" },
  { title: "Why", text: true },
  right("Records"),
  { title: "Last (UTC)" },
];
const FIELD_HEADINGS = ["Field", "Resource", "Type", "First seen (UTC)"].map((title) => ({ title }));
const METRIC_HEADINGS = [
  { title: "Metric" },
  { title: "Resource" },
  { title: "Asked by" },
  right("Accounts"),
  { title: "Why", text: true },
];

/** Records that could not be loaded in the last days. */
export function showRejected({ rejected_recently: rejected }: StatusDocument): Markup {
  const rows = rejected
    .slice(0, ROWS_SHOWN)
    .map(({ resource, reason, records, last_rejected_at }) => [
      resource,
      reason,
      formatCount(records),
      showMoment(last_rejected_at),
    ]);
  if (rows.length === 0)
    return showSection("rejected", "Rejected records", showNote("None in the last 7 days."));
  return showSection(
    "rejected",
    "Rejected records",
    showNote("Of the last 7 days. Their text is in the table pinterest_ads_rejected_records."),
    showTable("Rejected records by reason", REJECTED_HEADINGS, rows),
    showRest(rows.length, rejected.length, "reason"),
  );
}

/** Fields that this version does not know, and metrics that Pinterest refuses; nothing when there are none. */
export function showSurprises({ drift, refused_metrics }: StatusDocument): Markup | null {
  if (drift.length === 0 && refused_metrics.length === 0) return null;
  return showSection("surprises", "News from Pinterest", showFields(drift), showRefused(refused_metrics));
}

function showFields(drift: StatusDocument["drift"]): Part {
  if (drift.length === 0) return null;
  const rows = drift
    .slice(0, ROWS_SHOWN)
    .map(({ resource, field, json_type, first_seen_at }) => [
      field,
      resource,
      json_type,
      showMoment(first_seen_at),
    ]);
  return [
    html`<h3>Fields that this version does not know</h3>`,
    showNote("Their values are kept in the column _extra."),
    showTable("Unknown fields", FIELD_HEADINGS, rows),
    showRest(rows.length, drift.length, "field"),
  ];
}

function showRefused(refused: StatusDocument["refused_metrics"]): Part {
  if (refused.length === 0) return null;
  const rows = refused
    .slice(0, ROWS_SHOWN)
    .map(({ resource, method, metric, ad_accounts, reason }) => [
      metric,
      resource,
      method,
      formatCount(ad_accounts),
      reason,
    ]);
  return [
    html`<h3>Metrics that Pinterest refuses</h3>`,
    showTable("Refused metrics", METRIC_HEADINGS, rows),
    showRest(rows.length, refused.length, "metric"),
  ];
}
