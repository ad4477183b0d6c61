import { html } from "hono/html";
import type { OpenAlert } from "../../warehouse/alerts.ts";
import type { ShutAccount } from "../../warehouse/status-accounts.ts";
import type { StatusDocument } from "../status-document.ts";
import { showSection } from "./section.ts";
import { type Cell, showTable } from "./table.ts";
import { type Markup, showAccount, showMoment, showText, speakName } from "./words.ts";

const ALERT_HEADINGS = ["About", "What and what to do", "Since (UTC)"].map((title) => ({ title }));
const SHUT_HEADINGS = ["Ad account", "Why", "Since (UTC)", "Last asked (UTC)"].map((title) => ({ title }));

/** Alerts that last, and ad accounts that cannot be read; nothing when there are none. */
export function showAlerts({ alerts, shut_accounts: shut }: StatusDocument): Markup | null {
  if (alerts.length === 0 && shut.length === 0) return null;
  const table = showTable("Open alerts", ALERT_HEADINGS, alerts.map(showAlert));
  const shutTable = showTable("Ad accounts that cannot be read", SHUT_HEADINGS, shut.map(showShut));
  return showSection(
    "alerts",
    "Open alerts",
    alerts.length > 0 ? table : null,
    shut.length > 0 ? [html`<h3>Ad accounts that Pinterest does not let us read</h3>`, shutTable] : null,
  );
}

function showAlert({ kind, subject, summary, details, next_step, raised_at }: OpenAlert): Cell[] {
  return [
    html`${speakName(kind)}<br><span class="id">${subject}</span>`,
    html`${summary}
${details ? html`<p class="muted lines">${details}</p>` : null}
<p>${showText(next_step)}</p>`,
    showMoment(raised_at),
  ];
}

function showShut({ ad_account_id, name, reason, since, checked_at }: ShutAccount): Cell[] {
  return [showAccount(ad_account_id, name), reason, showMoment(since), showMoment(checked_at)];
}
