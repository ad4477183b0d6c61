import { html } from "hono/html";
import type { StatusDocument } from "../status/document.ts";
import type { FreshnessStatus } from "../status/freshness.ts";
import { showNote, showSection } from "./section.ts";
import { type Cell, showRest, showTable } from "./table.ts";
import { compareNames, formatDay, formatSpan, type Markup, showAccount, speakName } from "./words.ts";

/** More rows than anybody reads; the worst come first. */
const ROWS_SHOWN = 60;
const TROUBLES_SHOWN = 10;
/** How runs end that loaded something. */
const LOADED: ReadonlySet<string> = new Set(["succeeded", "partial"]);
const TROUBLE: Readonly<Record<FreshnessStatus["state"], number>> = {
  stale: 2,
  never_loaded: 1,
  fresh: 0,
  not_wanted: 0,
};

/** An ad account, or an owner of catalogs, with how fresh its resources are. */
type Place = readonly [scopeId: string, rows: readonly FreshnessStatus[]];

/** How old what is loaded is: a table of ad accounts and one of owners of catalogs, a column per resource. */
export function showFreshness({ freshness, max_staleness_seconds, runs }: StatusDocument): Markup {
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  const byScope = Map.groupBy(wanted, ({ scope }) => scope);
  const forAll = byScope.get("token") ?? [];
  const limit = `Older than ${formatSpan(max_staleness_seconds)} is too old.`;
  return showSection(
    "freshness",
    "Freshness",
    showNote(`How long ago each resource was last loaded, and of metrics the last day. ${limit}`),
    forAll.map((row) => html`<p>List of ${speakName(row.resource)}: ${showAge(row)}</p>`),
    // What a first run has not come to yet is no trouble.
    runs.some(({ status }) => LOADED.has(status)) ? showTroubles(wanted) : null,
    showPlaces("Ad account", byScope.get("ad_account") ?? []),
    showPlaces("Owner of catalogs", byScope.get("owner") ?? []),
    wanted.length === 0 ? showNote("No ad account is known yet.") : null,
  );
}

/** What is too old or was never loaded, in words: in a wide table it may be out of sight. */
function showTroubles(wanted: readonly FreshnessStatus[]): Markup | null {
  const troubles = wanted
    .filter(({ scope, state }) => scope !== "token" && TROUBLE[state] > 0)
    .toSorted((a, b) => TROUBLE[b.state] - TROUBLE[a.state] || (b.age_seconds ?? 0) - (a.age_seconds ?? 0));
  if (troubles.length === 0) return null;
  const shown = troubles.slice(0, TROUBLES_SHOWN).map((row) => {
    return html`<li>${speakName(row.resource)} of ${row.scope_name ?? row.scope_id}: ${showAge(row)}</li>`;
  });
  return html`<ul class="troubles">${shown}</ul>${showRest(shown.length, troubles.length, "place")}`;
}

function showPlaces(what: string, rows: readonly FreshnessStatus[]): Markup | null {
  if (rows.length === 0) return null;
  const resources = [...new Set(rows.map(({ resource }) => resource))].toSorted(listsFirst);
  const places = [...Map.groupBy(rows, ({ scope_id }) => scope_id)].toSorted(worstFirst);
  const headings = [what, ...resources.map((name) => speakName(name.replace(/_analytics$/, " metrics")))];
  const shown = places
    .slice(0, ROWS_SHOWN)
    .map(([id, own]): Cell[] => [
      showAccount(id, own[0]?.scope_name ?? null),
      ...resources.map((name) => showAge(own.find(({ resource }) => resource === name))),
    ]);
  const caption = `Age of what is loaded, by ${what.toLowerCase()} and resource`;
  return html`${showTable(
    caption,
    headings.map((title) => ({ title })),
    shown,
  )}${showRest(shown.length, places.length, "row")}`;
}

function listsFirst(a: string, b: string): number {
  return Number(a.endsWith("_analytics")) - Number(b.endsWith("_analytics"));
}

function worstFirst([idA, a]: Place, [idB, b]: Place): number {
  const trouble = (rows: readonly FreshnessStatus[]) => Math.max(...rows.map(({ state }) => TROUBLE[state]));
  const nameOf = (id: string, rows: readonly FreshnessStatus[]) => rows[0]?.scope_name ?? id;
  return trouble(b) - trouble(a) || compareNames(nameOf(idA, a), nameOf(idB, b));
}

function showAge(row: FreshnessStatus | undefined): Markup | string {
  if (!row) return "";
  if (row.age_seconds === null) return html`<span class="age never">never</span>`;
  const through =
    row.loaded_through && html`<span class="through">to ${formatDay(row.loaded_through)}</span>`;
  const late = row.state === "stale" ? html`<span class="late">too old</span>` : null;
  return html`<span class="age ${row.state}">${formatSpan(row.age_seconds)}</span> ${late} ${through}`;
}
