import { html } from "hono/html";
import { countDays } from "../../window.ts";
import type { StatusDocument } from "../status-document.ts";
import { showRest, showTable } from "./table.ts";
import { formatCount, type Markup, showAccount, speakName } from "./words.ts";

const ROWS_SHOWN = 40;
const GAPS_SHOWN = 3;

/** Days of metrics that are missing between loaded ones. */
export function showGaps({ coverage, daily }: StatusDocument): Markup | null {
  const broken = coverage.filter(({ gaps }) => gaps.length > 0);
  if (broken.length === 0) return null;
  const nameOf = (id: string) =>
    daily.accounts.find(({ ad_account_id }) => ad_account_id === id)?.name ?? null;
  const rows = broken.slice(0, ROWS_SHOWN).map(({ ad_account_id, resource, attribution, gaps }) => {
    const shown = gaps.slice(0, GAPS_SHOWN).map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
    return [
      showAccount(ad_account_id, nameOf(ad_account_id)),
      speakName(resource.replace(/_analytics$/, "")),
      attribution,
      formatCount(gaps.reduce((sum, gap) => sum + countDays(gap), 0)),
      [...shown, ...(gaps.length > GAPS_SHOWN ? ["…"] : [])].join(", "),
    ];
  });
  const headings = [
    { title: "Ad account" },
    { title: "Metrics of" },
    { title: "Attribution" },
    { title: "Days", align: "right" as const },
    { title: "Which" },
  ];
  return html`<section aria-labelledby="gaps"><h2 id="gaps">Days of metrics that are missing</h2>
<p class="muted">Load them with: <code>pinterest-ads backfill --from DAY --to DAY</code></p>
${showTable("Days that are missing between loaded ones", headings, rows)}${showRest(rows.length, broken.length, "row")}</section>`;
}
