import { html } from "hono/html";
import type { StatusDocument } from "../status/document.ts";
import type { Verdict } from "../status/verdict.ts";
import { showAlerts } from "./alerts.ts";
import type { Chart } from "./charts/chart.ts";
import { showFacts } from "./facts.ts";
import { showFigure } from "./figure.ts";
import { showFreshness } from "./freshness.ts";
import { showGaps } from "./gaps.ts";
import { iconAddress } from "./icon.ts";
import { showReconciliation } from "./reconciliation.ts";
import { showRejected, showSurprises } from "./records.ts";
import { showRuns } from "./runs.ts";
import { showSchedules } from "./schedules.ts";
import { showSection } from "./section.ts";
import { showToken } from "./token.ts";
import { showTrouble, showVerdict } from "./verdict.ts";
import { type Markup, showMoment } from "./words.ts";

/** Gentle enough for a page that stays open on a wall. */
const RELOAD_SECONDS = 60;
/** The address of the page that loads itself anew: not by default, for that closes what a reader has opened. */
export const RELOADING = "reload";

/** Whose charts stand where: those of accounts below the alerts, those of runs below the runs. */
export interface PageCharts {
  readonly daily: readonly Chart[];
  readonly runs: readonly Chart[];
}

/** The whole page. Everything on it comes from the document. */
export function showPage(document: StatusDocument, charts: PageCharts, reloads: boolean): Markup {
  return layOut(
    { title: document.verdict.headline, level: document.verdict.level, reloads },
    html`<main>
${showVerdict(document)}
${showFacts(document)}
${showAlerts(document)}
${showCharts("Last 60 days", "days", charts.daily)}
${showFreshness(document)}
${showRuns(document)}
${showCharts("Load of the last runs", "load", charts.runs)}
${showSchedules(document)}
${showToken(document)}
${showReconciliation(document)}
${showGaps(document)}
${showRejected(document)}
${showSurprises(document)}
</main>
<footer>
<p>Read ${showMoment(document.read_at)} UTC; version ${document.version}.
All of this for programs: <a href="/status.json">status.json</a>.
${reloads ? html`Reloads every minute; <a href="/">stop that</a>.` : html`<a href="/?${RELOADING}">Reload every minute</a>, for a screen on a wall.`}</p>
</footer>`,
  );
}

const OUTAGE = "The warehouse cannot be read";

/** What stands in place of the page when the warehouse cannot be read. */
export function showOutage(message: string, nextStep: string | undefined, reloads: boolean): Markup {
  const body = html`<main>${showTrouble(OUTAGE, message, nextStep)}</main>`;
  return layOut({ title: OUTAGE, level: "act", reloads }, body);
}

interface Head {
  readonly title: string;
  readonly level: Verdict["level"];
  readonly reloads: boolean;
}

function layOut({ title, level, reloads }: Head, body: Markup): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${reloads ? html`<meta http-equiv="refresh" content="${RELOAD_SECONDS}">` : null}
<meta name="robots" content="noindex">
<title>${title} – Pinterest Ads warehouse</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" type="image/svg+xml" href="${iconAddress(level)}">
</head>
<body>
<header><p class="product">Pinterest Ads warehouse</p></header>
${body}
</body>
</html>`;
}

function showCharts(title: string, id: string, charts: readonly Chart[]): Markup | null {
  if (charts.length === 0) return null;
  return showSection(id, title, html`<div class="figures">${charts.map(showFigure)}</div>`);
}
