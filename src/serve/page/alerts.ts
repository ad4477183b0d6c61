import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import { showTable } from "./table.ts";
import { type Markup, showAccount, showMoment, showText, speakName } from "./words.ts";

/** Alerts that last, and ad accounts that cannot be read; nothing when there are none. */
export function showAlerts({ alerts, shut_accounts }: StatusDocument): Markup | null {
  if (alerts.length === 0 && shut_accounts.length === 0) return null;
  const rows = alerts.map(({ kind, subject, summary, details, next_step, raised_at }) => [
    html`${speakName(kind)}<br><span class="id">${subject}</span>`,
    html`${summary}${details ? html`<p class="muted lines">${details}</p>` : null}${next_step ? html`<p>${showText(next_step)}</p>` : null}`,
    showMoment(raised_at),
  ]);
  const shut = shut_accounts.map(({ ad_account_id, name, reason, since, checked_at }) => [
    showAccount(ad_account_id, name),
    reason,
    showMoment(since),
    showMoment(checked_at),
  ]);
  return html`<section aria-labelledby="alerts"><h2 id="alerts">Open alerts</h2>
${rows.length > 0 ? showTable("Open alerts", [{ title: "About" }, { title: "What and what to do" }, { title: "Since (UTC)" }], rows) : null}
${
  shut.length > 0
    ? html`<h3>Ad accounts that Pinterest does not let us read</h3>${showTable(
        "Ad accounts that cannot be read",
        [{ title: "Ad account" }, { title: "Why" }, { title: "Since (UTC)" }, { title: "Last asked (UTC)" }],
        shut,
      )}`
    : null
}</section>`;
}
