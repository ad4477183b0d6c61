import { describe, expect, test } from "vitest";
import { toSlackMessage } from "../../src/serve/alerts/slack.ts";
import type { ClaimedAlert, DeliveryStatus } from "../../src/warehouse/alert-deliveries.ts";

const alert = (content: Partial<ClaimedAlert> = {}): ClaimedAlert => ({
  kind: "run_failed",
  subject: "entities",
  level: null,
  summary: "It failed.",
  details: null,
  next_step: "Look.",
  raised_at: new Date("2026-01-31T05:30:00Z"),
  resolved_at: null,
  attempts: 1,
  perhaps_notified: false,
  ...content,
});

interface Text {
  readonly type: string;
  readonly text: string;
  readonly verbatim?: boolean;
}
interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly text: Text }[];
}

function write(alerts: readonly ClaimedAlert[], status: DeliveryStatus = "firing"): SlackMessage {
  const at = Date.UTC(2026, 0, 31, 6);
  const warehouse = "db.example:5432/ads, schema <b>";
  const message = { kind: "run_failed", status, alerts, version: "1.2.3", warehouse, at };
  return toSlackMessage(message) as SlackMessage;
}

const textOf = ({ blocks }: SlackMessage) => blocks.map(({ text }) => text.text).join("\n");

test("a message says what happened, why, and what to do once for all", () => {
  const message = write([alert({ details: "First.\nSecond." }), alert({ summary: "It too." })]);
  expect(message.text).toBe("🔴 pinterest-ads-warehouse: Not everything was loaded (2)");
  expect(textOf(message).split("\n")).toEqual([
    "🔴 Not everything was loaded",
    "• *It failed.*",
    "First.",
    "Second.",
    "• *It too.*",
    "*What to do:* Look.",
    "_pinterest-ads-warehouse of db.example:5432/ads, schema &lt;b&gt;, 2026-01-31 06:00 UTC, `run_failed`. The status page and `pinterest-ads status` have all of it._",
  ]);
});

test("what is over says how long it lasted, and nothing to do", () => {
  const message = write([alert({ resolved_at: new Date("2026-01-31T05:45:00Z") })], "resolved");
  expect(message.text).toBe("🟢 pinterest-ads-warehouse: Over: Not everything was loaded (1)");
  expect(textOf(message)).toContain("It lasted from 2026-01-31 05:30 UTC to 2026-01-31 05:45 UTC.");
  expect(textOf(message)).not.toContain("What to do");
});

describe("text from Pinterest", () => {
  test("can neither mention anybody nor make a link", () => {
    const evil = "<!channel> <@U1> <https://evil.example|click> https://evil.example & @here";
    const message = write([alert({ summary: evil, details: evil, next_step: evil })]);
    expect(JSON.stringify(message)).not.toMatch(/[<>]/);
    expect(textOf(message)).toContain(
      "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|click&gt; https://evil.example &amp; @here",
    );
    for (const { text } of message.blocks.filter(({ type }) => type === "section"))
      expect(text).toMatchObject({ type: "mrkdwn", verbatim: true });
    expect(message.text).not.toContain("evil");
  });

  test.each([
    ["escaped", "&<".repeat(2000)],
    ["of several code units", "😀".repeat(2000)],
  ])("is cut between characters, %s", (_, summary) => {
    for (const shift of ["", "a", "aa", "aaa"]) {
      const text = textOf(write([alert({ summary: shift + summary })]));
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/);
      expect(text).toContain("…");
    }
  });
});

test("a message stays within what Slack takes, and counts what it leaves out", () => {
  const alerts = Array.from({ length: 200 }, (_, index) =>
    alert({ subject: `${index}`, summary: "x".repeat(5000), next_step: `${index} ${"y".repeat(5000)}` }),
  );
  const { blocks } = write(alerts);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const { type, text } of blocks)
    expect(text.text.length, type).toBeLessThanOrEqual(type === "header" ? 150 : 3000);
  expect(blocks.map(({ text }) => text.text)).toContain("… and 180 more; the status page has them all.");
});
