import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readConfigFile } from "../../src/config-file.ts";
import { longestPauseMs } from "../../src/schedules.ts";
import { readServiceSettings } from "../../src/service-config.ts";

const HOUR = 3_600_000;

function read(text: string) {
  const problems: string[] = [];
  const file = readConfigFile("connector.yaml", text, problems);
  return { problems, settings: readServiceSettings({ file, webhookUrl: undefined }) };
}

test("without a configuration: lists and recent metrics every 6 hours, all metrics at 05:30 UTC", () => {
  const { problems, settings } = read("");
  expect(problems).toEqual([]);
  expect(Object.fromEntries(settings.schedules)).toEqual({
    entities: { expression: "0 */6 * * *", timezone: "UTC" },
    catalogs: { expression: "0 */6 * * *", timezone: "UTC" },
    analytics: { expression: "30 5 * * *", timezone: "UTC" },
    recent_analytics: { expression: "0 */6 * * *", timezone: "UTC" },
  });
  expect(settings).toMatchObject({
    recentDays: 3,
    maxStalenessMs: 24 * HOUR,
    webhook: undefined,
    runsDays: 90,
    rejectedDays: 30,
  });
});

test.each([
  ["as long as is asked", "retention: { runs_days: 5 }", 5],
  ["as long as data may be old, twice", "retention: { runs_days: 5 }\nhealth: { max_staleness: 60h }", 5],
  ["and a part of a day", "retention: { runs_days: 5 }\nhealth: { max_staleness: 61h }", 6],
])("runs are kept %s", (_what, text, days) => {
  expect(read(text).settings.runsDays).toBe(days);
});

test.each([
  ["off", "schedule: { catalogs: off }"],
  ["false", "schedule: { catalogs: false }"],
  ["OFF in quotes", 'schedule: { catalogs: "OFF" }'],
])("%s switches a schedule off", (_what, text) => {
  const { problems, settings } = read(text);
  expect(problems).toEqual([]);
  expect([...settings.schedules.keys()]).toEqual(["entities", "analytics", "recent_analytics"]);
});

test.each<[string, RegExp]>([
  ["schedule: { entities: often }", /connector.yaml:1: schedule.entities: not a cron expression that works/],
  [
    "schedule: { entities: 61 * * * * }",
    /schedule.entities: .*61 does not fit: the minute is 0 to 59 \(found: 61 \* \* \* \*\)/,
  ],
  ["schedule: { entities: 0 0 * * * * }", /has 6 fields; write five/],
  ["schedule: { entities: 6 }", /schedule.entities: not a cron expression; write 0 \*\/6/],
  ["schedule: { timezone: Europe/Atlantis }", /schedule.timezone: not a time zone that is known/],
  ["schedule: { timezone: 1 }", /schedule.timezone: not a time zone/],
  ["schedule: { recent_days: 0 }", /schedule.recent_days: not a whole number of days from 1 to 30/],
  ["schedule: { entites: 0 6 * * * }", /unknown key "schedule.entites"; did you mean entities\?/],
  ['schedule: { entities: "*/90 * * * *" }', /entities: .* \/90 in \*\/90 is longer than its field/],
  ['schedule: { entities: "0 0 29 2 1" }', /entities: .* comes on no day within eight years/],
  ["health: { max_staleness: soon }", /health.max_staleness: not a duration; write 90m, 36h or 2d/],
  ["health: { max_staleness: 0h }", /health.max_staleness: not a duration/],
  ["health: { max_staleness: 5h }", /health.max_staleness: 5 h is too short, .* every 6 h;/],
  ["health: { max_staleness: 2m }", /health.max_staleness: 2 min is too short/],
  [
    'schedule: { catalogs: "0 0 1 1 *" }\nhealth: { max_staleness: 2d }',
    /: 48 h is too short, .* only every 36[56] days;/,
  ],
  ["alerts: { format: teams }", /alerts.format: not a format; valid are: slack, json/],
  ["retention: { runs_days: 0 }", /retention.runs_days: not a whole number of days/],
  ["retention: { days: 5 }", /unknown key "retention.days"/],
])("%s is a configuration problem", (text, problem) => {
  expect(read(text).problems.join("\n")).toMatch(problem);
});

test("a webhook that is no URL is reported without its value, for whoever knows it may write there", () => {
  const { problems } = read("alerts: { webhook_url: hooks.example.com/SECRET }");
  expect(problems).toEqual(["connector.yaml:1: alerts.webhook_url: not an http(s) URL"]);
});

test.each([
  ["health: { max_staleness: 36h }", 36],
  ["health: { max_staleness: 2d }", 48],
  ["health: { max_staleness: 600m }", 10],
  ["schedule: { entities: 0 6 * * * }", 48],
  ["schedule: { entities: 0 6 * * 1-5 }", 2 * 72],
  ["schedule: { entities: '*/15 9-17 * * 1-5' }", 2 * 63.25],
])("%s: data may become %i hours old", (text, hours) => {
  const { problems, settings } = read(text);
  expect(problems).toEqual([]);
  expect(settings.maxStalenessMs).toBe(hours * HOUR);
});

test("metrics are as fresh as the more frequent of their two schedules keeps them", () => {
  const { settings } = read("schedule: { entities: 0 * * * *, catalogs: 0 * * * * }");
  expect(longestPauseMs(settings.schedules)).toBe(6 * HOUR);
});

test("the webhook of the environment beats that of the file", () => {
  const file = readConfigFile("", "alerts: { webhook_url: https://a.example/1, format: json }", []);
  expect(readServiceSettings({ file, webhookUrl: undefined }).webhook).toEqual({
    url: "https://a.example/1",
    format: "json",
  });
  expect(readServiceSettings({ file, webhookUrl: "https://b.example/2" }).webhook?.url).toBe(
    "https://b.example/2",
  );
});

test.each([
  ["schedule", {}],
  ["health", { maxStalenessMs: 36 * HOUR }],
  ["alerts", { webhook: { url: "https://hooks.example.com/...", format: "slack" } }],
  ["retention", {}],
])("the file that is shipped shows %s as it is by default, or an example", async (name, shown) => {
  const shipped = await readFile("config/connector.yaml", "utf8");
  const [commented = ""] = shipped.slice(shipped.indexOf(`# ${name}:`)).split("\n\n");
  const { problems, settings } = read(commented.replace(/^# ?/gm, ""));
  expect(problems).toEqual([]);
  expect(settings).toEqual({ ...read("").settings, ...shown });
});
