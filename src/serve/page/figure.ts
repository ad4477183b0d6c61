import { html } from "hono/html";
import { type Chart, type LegendEntry, SIZES, type Size } from "./charts/chart.ts";
import { showTable } from "./table.ts";
import type { Markup } from "./words.ts";

/** Widths of the page up to which the smaller drawings are used; the style sheet changes its columns there as well. */
const SMALL_UP_TO = "(max-width: 560px)";
const MEDIUM_UP_TO = "(max-width: 900px)";
const DARK = "(prefers-color-scheme: dark)";

/** A chart with its legend and, for those who want them or cannot see it, its numbers. */
export function showFigure(chart: Chart): Markup {
  const largest: Size = chart.wide ? "large" : "medium";
  const { width, height } = SIZES[largest];
  const { headings, rows } = chart.numbers;
  return html`<figure class="${chart.wide ? "wide" : "half"}"><figcaption>${chart.title}</figcaption>
<picture>
${showSources(chart, "small", SMALL_UP_TO)}${chart.wide ? showSources(chart, "medium", MEDIUM_UP_TO) : null}
<source media="${DARK}" srcset="${addressOf(chart, largest, "dark")}">
<img src="${addressOf(chart, largest, "light")}" width="${width}" height="${height}" alt="${chart.description}">
</picture>
<ul class="legend">${chart.legend.map(showEntry)}</ul>
<details><summary>Numbers</summary>${showTable(
    chart.title,
    headings.map((title, index) =>
      index === 0 ? { title } : { title, align: "right" as const, named: true },
    ),
    rows,
  )}</details></figure>`;
}

/** Where the drawing of a chart is found. */
function addressOf({ name }: Chart, size: Size, theme: "light" | "dark"): string {
  return `/charts/${name}-${size}-${theme}.svg`;
}

function showSources(chart: Chart, size: Size, media: string): Markup {
  const { width, height } = SIZES[size];
  return html`<source media="${media} and ${DARK}" srcset="${addressOf(chart, size, "dark")}" width="${width}" height="${height}">
<source media="${media}" srcset="${addressOf(chart, size, "light")}" width="${width}" height="${height}">
`;
}

function showEntry({ label, tone }: LegendEntry): Markup {
  return html`<li><span class="swatch tone-${tone}" aria-hidden="true"></span><span class="label" title="${label}">${label}</span></li>`;
}
