import type { ClaimedAlert } from "../../warehouse/alert-deliveries.ts";
import type { AlertKind, UnkeptKind } from "./condition.ts";
import { type Message, SOURCE } from "./message.ts";
import { nameMoment } from "./plain-text.ts";

const TITLES: Readonly<Record<AlertKind | UnkeptKind, string>> = {
  warehouse_unusable: "Warehouse that cannot be used",
  token_refused: "No usable Pinterest token",
  token_expiring: "Pinterest token about to end",
  run_failed: "Not everything was loaded",
  stale: "Data out of date",
  not_reconciled: "Metrics that do not add up",
  account_shut: "Ad account that cannot be read",
  schema_drift: "New fields at Pinterest",
};
/** Slack refuses messages with longer texts, or more than 50 blocks (Block Kit reference: section, text object). */
const SECTION_MAX = 3000;
/** Of one alert: some of them fit into a section. */
const ALERT_MAX = 1000;
/** What nobody would read; the status page has it all. */
const SECTIONS_MAX = 10;

const MORE = "The status page and `pinterest-ads status` have all of it.";

/**
 * The message for Slack's incoming webhooks and what understands their JSON. Text from Pinterest stands in it as text:
 * it can make no link and mention nobody. `text` is what notifications show, and has nothing of it.
 */
export function toSlackMessage({ kind, status, alerts, warehouse, at }: Message): object {
  const title = `${status === "resolved" ? "Over: " : ""}${isKnown(kind) ? TITLES[kind] : kind}`;
  const sign = status === "resolved" ? "🟢" : "🔴";
  const told = pack(alerts.map((alert) => describe(alert, status)));
  const steps = status === "resolved" ? [] : [...new Set(alerts.map(({ next_step }) => next_step))];
  const advice = pack(steps.map((step) => cut(`*What to do:* ${escapeText(step)}`, ALERT_MAX)));
  return {
    text: `${sign} ${SOURCE}: ${title} (${alerts.length})`,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: `${sign} ${title}` } },
      ...told.map(toSection),
      ...advice.map(toSection),
      toSection(
        `_${SOURCE} of ${escapeText(warehouse)}, ${nameMoment(new Date(at))}, \`${escapeText(kind)}\`. ${MORE}_`,
      ),
    ],
  };
}

/** Alerts of a newer version may be in the warehouse. */
function isKnown(kind: string): kind is keyof typeof TITLES {
  return Object.hasOwn(TITLES, kind);
}

function describe(
  { summary, details, raised_at, resolved_at }: ClaimedAlert,
  status: Message["status"],
): string {
  if (status === "resolved" && resolved_at)
    return cut(
      `• ${escapeText(summary)}\nIt lasted from ${nameMoment(raised_at)} to ${nameMoment(resolved_at)}.`,
      ALERT_MAX,
    );
  return cut(`• *${escapeText(summary)}*${details ? `\n${escapeText(details)}` : ""}`, ALERT_MAX);
}

/** Texts joined into as few sections as they fit in; what is too much is counted. */
function pack(texts: readonly string[]): string[] {
  const sections: string[] = [];
  for (const [index, text] of texts.entries()) {
    const last = sections.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= SECTION_MAX)
      sections[sections.length - 1] = `${last}\n${text}`;
    else if (sections.length < SECTIONS_MAX) sections.push(text);
    else return [...sections, `… and ${texts.length - index} more; the status page has them all.`];
  }
  return sections;
}

/** With `verbatim`, Slack turns no plain text into links or mentions. */
function toSection(text: string): object {
  return { type: "section", text: { type: "mrkdwn", verbatim: true, text } };
}

/** The three characters with which Slack's mentions and links begin (Slack: Formatting message text, escaping). */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Cuts escaped text, between characters. */
function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const pieces = text.match(/&(?:amp|lt|gt);|./gsu) ?? [];
  let kept = "";
  for (const piece of pieces) {
    if (kept.length + piece.length > lengthMax - 1) break;
    kept += piece;
  }
  return `${kept}…`;
}
