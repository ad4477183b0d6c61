import { html } from "hono/html";
import type { OpenAlert } from "../../warehouse/alerts.ts";
import type { ShutAccount } from "../../warehouse/status-accounts.ts";
import type { StatusDocument } from "../status/document.ts";
import { nameAlert } from "../status/matters.ts";
import { showSection } from "./section.ts";
import { type Cell, showTable } from "./table.ts";
import { type Markup, showAccount, showMoment, showText, speakName } from "./words.ts";

const ALERT_HEADINGS = [
  { title: "About" },
  { title: "What and what to do", text: true },
  { title: "Since (UTC)" },
];
const SHUT_HEADINGS = [
  { title: "Ad account" },
  { title: "Why", text: true },
  { title: "Since (UTC)" },
  { title: "Last asked (UTC)" },
];

/** Alerts that last, and ad accounts that cannot be read; nothing when there are none. */
export function showAlerts(document: StatusDocument): Markup | null {
  const { alerts, shut_accounts: shut } = document;
  if (alerts.length === 0 && shut.length === 0) return null;
  const table = showTable(
    "Open alerts",
    ALERT_HEADINGS,
    alerts.map((alert) => showAlert(alert, nameAlert(alert, document))),
    "stacked",
  );
  const shutTable = showTable(
    "Ad accounts that cannot be read",
    SHUT_HEADINGS,
    shut.map(showShut),
    "stacked",
  );
  return showSection(
    "alerts",
    "Open alerts",
    alerts.length > 0 ? table : null,
    shut.length > 0 ? [html`<h3>Ad accounts that Pinterest does not let us read</h3>`, shutTable] : null,
  );
}

function showAlert({ subject, summary, details, next_step, raised_at }: OpenAlert, name: string): Cell[] {
  return [
    html`${speakName(name)}<br><span class="id">${subject}</span>`,
    html`${summary}
${details ? html`<p class="muted lines">${showText(details)}</p>` : null}
<p>${showText(next_step)}</p>`,
    showMoment(raised_at),
  ];
}

function showShut({ ad_account_id, name, reason, since, checked_at }: ShutAccount): Cell[] {
  return [showAccount(ad_account_id, name), reason, showMoment(since), showMoment(checked_at)];
}
