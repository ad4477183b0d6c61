import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import { showRest, showTable } from "./table.ts";
import { formatCount, type Markup, showMoment } from "./words.ts";

const ROWS_SHOWN = 40;

/** Records that could not be loaded in the last days. */
export function showRejected({ rejected_recently: rejected }: StatusDocument): Markup {
  const headings = [
    { title: "Resource" },
    { title: "Why" },
    { title: "Records", align: "right" as const },
    { title: "Last (UTC)" },
  ];
  const rows = rejected
    .slice(0, ROWS_SHOWN)
    .map(({ resource, reason, records, last_rejected_at }) => [
      resource,
      reason,
      formatCount(records),
      showMoment(last_rejected_at),
    ]);
  return html`<section aria-labelledby="rejected"><h2 id="rejected">Rejected records</h2>
${
  rows.length > 0
    ? html`<p class="muted">Of the last 7 days. Their text is in the table pinterest_ads_rejected_records.</p>${showTable("Rejected records by reason", headings, rows)}${showRest(rows.length, rejected.length, "reason")}`
    : html`<p>None in the last 7 days.</p>`
}</section>`;
}

/** Fields that this version does not know, and metrics that Pinterest refuses. */
export function showSurprises({ drift, refused_metrics: refused }: StatusDocument): Markup | null {
  if (drift.length === 0 && refused.length === 0) return null;
  const fields = drift
    .slice(0, ROWS_SHOWN)
    .map(({ resource, field, json_type, first_seen_at }) => [
      field,
      resource,
      json_type,
      showMoment(first_seen_at),
    ]);
  const metrics = refused
    .slice(0, ROWS_SHOWN)
    .map(({ resource, method, metric, ad_accounts, reason }) => [
      metric,
      resource,
      method,
      formatCount(ad_accounts),
      reason,
    ]);
  const fieldHeadings = ["Field", "Resource", "Type", "First seen (UTC)"].map((title) => ({ title }));
  const metricHeadings = ["Metric", "Resource", "Asked by", "Accounts", "Why"].map((title) => ({ title }));
  return html`<section aria-labelledby="surprises"><h2 id="surprises">News from Pinterest</h2>
${fields.length > 0 ? html`<h3>Fields that this version does not know</h3><p class="muted">Their values are kept in the column _extra.</p>${showTable("Unknown fields", fieldHeadings, fields)}${showRest(fields.length, drift.length, "field")}` : null}
${metrics.length > 0 ? html`<h3>Metrics that Pinterest refuses</h3>${showTable("Refused metrics", metricHeadings, metrics)}${showRest(metrics.length, refused.length, "metric")}` : null}</section>`;
}
