import { html } from "hono/html";
import { describeSpan } from "../../span.ts";

/** Markup that is escaped already. */
export type Markup = ReturnType<typeof html>;

const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 12345 → "12.3K", for the axis of a chart. */
export function formatCompact(count: number): string {
  return COMPACT.format(count);
}

/** A length of time, which no line break parts: "3 h 20 min". */
export function formatSpan(seconds: number): string {
  return describeSpan(seconds).replaceAll(" ", "\u00a0");
}

/** A day as people say it: "21 Nov". */
export function formatDay(day: string | Date): string {
  const date = new Date(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** A moment in UTC: "21 Nov 05:30". */
export function showMoment(moment: Date): Markup {
  return markTime(moment, `${formatDay(moment)} ${moment.toISOString().slice(11, 16)}`);
}

/** "3 h ago" or "in 3 h", as seen from `now`. */
export function showDistance(moment: Date, now: Date): Markup {
  const seconds = (now.getTime() - moment.getTime()) / 1000;
  return markTime(moment, seconds >= 0 ? `${formatSpan(seconds)} ago` : `in ${formatSpan(-seconds)}`);
}

/** Words for people, with the exact moment for machines and for those who point at it. */
function markTime(moment: Date, words: string): Markup {
  const iso = moment.toISOString();
  return html`<time datetime="${iso}" title="${iso.slice(0, 19).replace("T", " ")} UTC">${words}</time>`;
}

/** What an ad account, or an owner, is called, and its id where that is something else. */
export function showAccount(id: string, name: string | null): Markup {
  return name
    ? html`<span class="name" title="${name}">${name}</span> <span class="id">${id}</span>`
    : html`${id}`;
}

/** A text in which commands stand between backticks. */
export function showText(text: string): Markup {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

const NATURAL = new Intl.Collator("en", { numeric: true });

/** Order of names in which 10 comes after 2. */
export function compareNames(a: string, b: string): number {
  return NATURAL.compare(a, b);
}

/** `ad_group_analytics` → "ad group analytics". */
export function speakName(name: string): string {
  return name.replaceAll("_", " ");
}
