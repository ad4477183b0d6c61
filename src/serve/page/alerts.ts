import { html } from "hono/html";
import { formatCount } from "../../counting.ts";
import type { OpenAlert } from "../../warehouse/alerts.ts";
import type { ShutAccount } from "../../warehouse/status-accounts.ts";
import type { StatusDocument } from "../status/document.ts";
import { nameAlert } from "../status/matters.ts";
import { showSection } from "./section.ts";
import { type Cell, showRest, showTable } from "./table.ts";
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

/** The others open on demand. */
const ALIKE_SHOWN = 3;
const SHUT_SHOWN = 20;

/** Alerts that last, and ad accounts that cannot be read; nothing when there are none. */
export function showAlerts(document: StatusDocument): Markup | null {
  const { alerts, shut_accounts: shut } = document;
  if (alerts.length === 0 && shut.length === 0) return null;
  const table = showTable(
    "Open alerts",
    ALERT_HEADINGS,
    groupAlike(alerts, document).map(showAlike),
    "stacked",
  );
  const shutTable = showTable(
    "Ad accounts that cannot be read",
    SHUT_HEADINGS,
    shut.slice(0, SHUT_SHOWN).map(showShut),
    "stacked",
  );
  return showSection(
    "alerts",
    "Open alerts",
    alerts.length > 0 ? table : null,
    shut.length > 0
      ? [
          html`<h3>Ad accounts that Pinterest does not let us read</h3>`,
          shutTable,
          showRest(SHUT_SHOWN, shut.length, "ad account"),
        ]
      : null,
  );
}

/** Alerts about which the same is to be done, the oldest first. */
interface Alike {
  readonly name: string;
  readonly alerts: readonly [OpenAlert, ...OpenAlert[]];
}

function groupAlike(alerts: readonly OpenAlert[], document: StatusDocument): Alike[] {
  const groups = Map.groupBy(alerts, (alert) =>
    JSON.stringify([nameAlert(alert, document), alert.next_step]),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ name: nameAlert(first, document), alerts: [first, ...others] as const }] : [],
  );
}

function showAlike({ name, alerts }: Alike): Cell[] {
  const [first, ...others] = alerts;
  const about = others.length === 0 ? first.subject : `${formatCount(alerts.length)} of them`;
  const shown = alerts.slice(0, ALIKE_SHOWN).map(showAlert);
  const rest = alerts.slice(ALIKE_SHOWN);
  return [
    html`${speakName(name)}<br><span class="id">${about}</span>`,
    html`${shown}
${rest.length > 0 ? html`<details><summary>${formatCount(rest.length)} more</summary>${rest.map(showAlert)}</details>` : null}
<p>${showText(first.next_step)}</p>`,
    showMoment(first.raised_at),
  ];
}

function showAlert({ summary, details }: OpenAlert): Markup {
  return html`<p>${summary}</p>${details ? html`<p class="muted lines">${showText(details)}</p>` : null}`;
}

function showShut({ ad_account_id, name, reason, since, checked_at }: ShutAccount): Cell[] {
  return [showAccount(ad_account_id, name), reason, showMoment(since), showMoment(checked_at)];
}
