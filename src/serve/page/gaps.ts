import { html } from "hono/html";
import { formatCount } from "../../counting.ts";
import type { CoverageRow } from "../../warehouse/coverage.ts";
import { countDays } from "../../window.ts";
import type { StatusDocument } from "../status/document.ts";
import { showNote, showSection } from "./section.ts";
import { showRest, showTable } from "./table.ts";
import { type Markup, showAccount, speakName } from "./words.ts";

const ROWS_SHOWN = 40;
const GAPS_SHOWN = 3;

/** Days of metrics that are missing between loaded ones. */
export function showGaps({ coverage, daily }: StatusDocument): Markup | null {
  const broken = coverage.filter(({ gaps }) => gaps.length > 0);
  if (broken.length === 0) return null;
  const nameOf = (id: string) =>
    daily.accounts.find(({ ad_account_id }) => ad_account_id === id)?.name ?? null;
  // A run that failed left the same days out at every level.
  const alike = [
    ...Map.groupBy(broken, (row) => JSON.stringify([row.ad_account_id, row.attribution, row.gaps])).values(),
  ];
  const rows = alike.slice(0, ROWS_SHOWN).flatMap((same) => {
    const [first] = same;
    return first ? [showGap(first, same, nameOf(first.ad_account_id))] : [];
  });
  const headings = [
    { title: "Ad account" },
    { title: "Metrics of" },
    { title: "Attribution" },
    { title: "Days", align: "right" as const },
    { title: "Which" },
  ];
  return showSection(
    "gaps",
    "Days of metrics that are missing",
    showNote(html`Load them with: <code>pinterest-ads backfill --from DAY --to DAY</code>`),
    showTable("Days that are missing between loaded ones", headings, rows),
    showRest(rows.length, alike.length, "row"),
  );
}

function showGap(
  { ad_account_id, attribution, gaps }: CoverageRow,
  same: readonly CoverageRow[],
  name: string | null,
) {
  const shown = gaps.slice(0, GAPS_SHOWN).map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
  return [
    showAccount(ad_account_id, name),
    same.map(({ resource }) => speakName(resource.replace(/_analytics$/, ""))).join(", "),
    attribution,
    formatCount(gaps.reduce((sum, gap) => sum + countDays(gap), 0)),
    [...shown, ...(gaps.length > GAPS_SHOWN ? ["…"] : [])].join(", "),
  ];
}
