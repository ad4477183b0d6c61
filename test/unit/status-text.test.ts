import { expect, test } from "vitest";
import { renderSchedules, renderVerdict } from "../../src/commands/status-service.ts";
import type { StatusDocument } from "../../src/serve/status/document.ts";
import { expectNarrow } from "../support/narrow.ts";

const MOMENT = new Date("2026-11-21T05:30:00Z");

/** The parts of a document that are rendered here. */
function documentWith(part: Partial<StatusDocument>): StatusDocument {
  return part as StatusDocument;
}

test("what needs somebody fits a terminal, whatever the names in it, and cannot move its cursor", () => {
  const summary = `Ad account ${"夏のセール ".repeat(30)}\u001b[2J is shut.`;
  const matter = {
    kind: "account_shut",
    points: Array.from({ length: 9 }, () => ({
      summary,
      details: `${"suspended ".repeat(20)}\nclosed`,
      next_step: "Ask its owner. ".repeat(20),
    })),
    can_wait: false,
  };
  const verdict = {
    level: "act",
    headline: "1 thing needs you",
    matters: [matter],
    notes: [matter],
  } as const;
  const text = renderVerdict(documentWith({ verdict }));
  expectNarrow(text);
  expect(text).toMatch(/^1 thing needs you\.\n- account shut\n {4}Ad account 夏/);
  expect(text).toMatch(/^ {6}closed$/m);
  expect(text).toContain("And 6 others.");
  expect(text).toContain("Good to know, and can wait:");
  expect(text).not.toContain("\u001b");
});

test.each([
  ["before any process ran it, when it comes next", { scheduler: null, due: true }, "2026-11-21 06:00"],
  ["when it was missed, that it is due", { due: true }, "due now"],
  ["while it runs, that it does", { running: true }, "running"],
  ["that it never comes", { next_at: null }, "never"],
])("a schedule tells %s", (_name, { scheduler = SCHEDULER, ...change }: Change, next) => {
  const schedules = [{ ...SCHEDULE, ...change }];
  const text = renderSchedules(documentWith({ schedules, scheduler }));
  expectNarrow(text);
  expect(text).toMatch(
    new RegExp(`^entities +0 \\*/6 \\* \\* \\* UTC +${next} +2026-11-21 05:30 partial$`, "m"),
  );
});

type Change = Partial<StatusDocument["schedules"][number]> & Partial<Pick<StatusDocument, "scheduler">>;

const SCHEDULER: StatusDocument["scheduler"] = {
  host: "box",
  pid: 7,
  version: "1.0.0",
  started_at: MOMENT,
  seen_at: MOMENT,
  waits_for: null,
  silent_seconds: 5,
  alive: true,
};

const SCHEDULE: StatusDocument["schedules"][number] = {
  schedule: "entities",
  expression: "0 */6 * * *",
  timezone: "UTC",
  handled_through: MOMENT,
  running: false,
  due: false,
  next_at: new Date("2026-11-21T06:00:00Z"),
  last_run: { id: "1", status: "partial", started_at: MOMENT, finished_at: MOMENT },
};
