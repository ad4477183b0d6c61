import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type Chart, SIZES, type Size, THEMES, type Theme } from "../../src/serve/page/charts/chart.ts";
import { listDailyCharts } from "../../src/serve/page/charts/daily-charts.ts";
import { drawSvg } from "../../src/serve/page/charts/draw.ts";
import { listRunCharts } from "../../src/serve/page/charts/run-charts.ts";
import { type AccountSeries, type DailySeries, spreadOverDays } from "../../src/serve/status/daily.ts";
import { addDays } from "../../src/window.ts";
import { contrast, distance, VISIONS } from "../support/color.ts";

const SURFACES = { light: "#ffffff", dark: "#1c1e22" } as const;
const DAYS = Array.from({ length: 60 }, (_, index) => addDays("2026-01-01", index));
const [light] = THEMES as [Theme, ...Theme[]];

/** An account with `size` impressions a day, and a tenth of that as spend and conversions. */
function account(id: number, size: number, currency = "EUR"): AccountSeries {
  const values = (value: number) => DAYS.map(() => value);
  return {
    ad_account_id: String(id),
    name: `Account ${id}`,
    currency,
    spend: values(size / 10),
    impressions: values(size),
    conversions: values(size / 10),
  };
}

function daily(accounts: readonly AccountSeries[]): DailySeries {
  return { days: DAYS, not_final_from: "2026-02-27", accounts };
}

function legendOf(charts: readonly Chart[], name: string): string[] {
  const chart = charts.find((candidate) => candidate.name === name);
  return (chart?.legend ?? []).map(({ label, tone }) => `${label}: ${tone}`);
}

describe("the palette", () => {
  test.each(THEMES)(
    "of $name stands out from the page and differs for every kind of sight",
    ({ name, tones }) => {
      const colors = Object.values(tones);
      for (const color of colors) expect(contrast(color, SURFACES[name]), color).toBeGreaterThanOrEqual(3);
      for (const [index, color] of colors.entries())
        for (const other of colors.slice(index + 1))
          for (const vision of VISIONS)
            expect(distance(color, other, vision), `${color} and ${other}: ${vision}`).toBeGreaterThan(0.06);
    },
  );

  test("is the one of the style sheet, which colours the legends", async () => {
    const sheet = await readFile(new URL("../../src/serve/page/style/colors.css", import.meta.url), "utf8");
    const [light = "", dark = ""] = sheet.split("prefers-color-scheme");
    for (const { name, tones, shade } of THEMES)
      for (const [tone, color] of [
        ...Object.entries(tones).map(([key, value]) => [`tone-${key}`, value]),
        ["shade", shade],
      ])
        expect(name === "light" ? light : dark, `${name} ${tone}`).toContain(`--${tone}: ${color};`);
  });
});

describe("charts of ad accounts", () => {
  test("one account: a line in each, one wide chart of spend in its currency, days that are not final marked", () => {
    const charts = listDailyCharts(daily([account(1, 100)]));
    expect(charts.map(({ name, title, wide }) => [name, title, wide])).toEqual([
      ["spend-1", "Daily spend, EUR", true],
      ["impressions", "Daily impressions", false],
      ["conversions", "Daily conversions", false],
    ]);
    for (const { name } of charts)
      expect(legendOf(charts, name)).toEqual(["Account 1: 0", "not final yet: not-final"]);
  });

  test("thirty accounts: the five largest keep their colour in every chart, the others are added up", () => {
    const accounts = Array.from({ length: 30 }, (_, index) => account(index + 1, index + 1));
    const charts = listDailyCharts(daily(accounts));
    const expected = [
      "Account 30: 0",
      "Account 29: 1",
      "Account 28: 2",
      "Account 27: 3",
      "Account 26: 4",
      "25 other accounts: others",
    ];
    for (const { name } of charts) expect(legendOf(charts, name).slice(0, -1)).toEqual(expected);
    const numbers = charts.find(({ name }) => name === "impressions")?.numbers;
    const [, ...values] = numbers?.rows[0] ?? [];
    expect(values.map(Number)).toEqual([30, 29, 28, 27, 26, (25 * 26) / 2]);
  });

  test("several currencies: a chart of spend each, never one sum, and the largest of each has a colour", () => {
    const accounts = [
      account(1, 9),
      account(2, 8),
      account(3, 7),
      account(4, 6),
      account(5, 5),
      account(6, 1, "USD"),
    ];
    const charts = listDailyCharts(daily(accounts));
    expect(charts.map(({ title }) => title.replace(" (stacked)", ""))).toEqual([
      "Daily spend, EUR",
      "Daily spend, USD",
      "Daily impressions",
      "Daily conversions",
    ]);
    expect(legendOf(charts, "spend-1").slice(0, -1)).toEqual([
      "Account 1: 0",
      "Account 2: 1",
      "Account 3: 2",
      "Account 4: 3",
      "Account 5: 4",
    ]);
    expect(legendOf(charts, "spend-2")[0]).toBe("Account 6: 4");
    expect(legendOf(charts, "impressions").slice(-2)[0]).toBe("Account 5: others");
  });

  test("three accounts in each of three currencies: every one has its name and its colour in its chart", () => {
    const accounts = Array.from({ length: 9 }, (_, index) =>
      account(index + 1, 9 - index, ["EUR", "USD", "JPY"][index % 3]),
    );
    const charts = listDailyCharts(daily(accounts));
    for (const { numbers, legend, title } of charts.slice(0, 3)) {
      const own = legend.filter(({ tone }) => tone !== "not-final");
      expect(new Set(own.map(({ tone }) => tone)).size, title).toBe(3);
      expect(own.every(({ label, tone }) => label.startsWith("Account ") && tone !== "others")).toBe(true);
      expect(numbers.headings.slice(1)).toEqual(own.map(({ label }) => label).toSorted());
    }
    expect(charts[3]?.legend.map(({ label }) => label)).toContain("4 other accounts");
    expect(charts[3]?.numbers.headings).toEqual(["Day", ...accounts.map(({ name }) => name)]);
  });

  test("a day that is not loaded is a gap in the line and told as such, a day without delivery is zero", async () => {
    const values = DAYS.map((_, index) => (index === 30 ? null : index === 40 ? 0 : 5));
    const [chart] = listDailyCharts(daily([{ ...account(1, 5), spend: values }]));
    const told = new Map(chart?.numbers.rows.map(([day, value]) => [day, value]));
    expect([told.get(DAYS[30] ?? ""), told.get(DAYS[40] ?? "")]).toEqual(["not loaded", "0.00"]);
    const svg = chart ? await drawSvg(chart.draw(light, "large"), "large") : "";
    const line = svg.split("\n").find((path) => path.includes(`stroke="${light.tones[0]}"`)) ?? "";
    expect(line.match(/M/g)).toHaveLength(2);
  });

  test("what is not configured has no chart", () => {
    const none = DAYS.map(() => null);
    const charts = listDailyCharts(daily([{ ...account(1, 5), spend: none, conversions: none }]));
    expect(charts.map(({ name }) => name)).toEqual(["impressions"]);
    expect(listDailyCharts(daily([]))).toEqual([]);
  });
});

describe("charts of runs", () => {
  const run = (status: string, rows_written: number | null) => ({
    id: "1",
    trigger: "schedule",
    status,
    started_at: new Date("2026-01-01T06:00:00Z"),
    rows_written,
    api_calls: 10,
  });

  test("show how each ended; one under way is left out", () => {
    const charts = listRunCharts([run("succeeded", 5), run("failed", 0), run("running", null)]);
    expect(charts.map(({ numbers }) => numbers.rows.length)).toEqual([2, 2]);
    expect(legendOf(charts, "rows")).toEqual(["succeeded: 0", "failed: 3"]);
    expect(listRunCharts([run("running", null)])).toEqual([]);
  });

  test("of which none wrote anything have no axis of fractions", async () => {
    const [chart] = listRunCharts([run("succeeded", 0), run("succeeded", 0)]);
    const svg = chart ? await drawSvg(chart.draw(light, "medium"), "medium") : "";
    expect(svg).toContain(">0</text>");
    expect(svg).not.toMatch(/>\d?\.\d+<\/text>/);
  });

  test("a first load does not flatten the runs that follow, of which points tell: bars have no honest length there", async () => {
    const [rows, calls] = listRunCharts([
      run("succeeded", 1_000_000),
      run("succeeded", 40),
      run("succeeded", 60),
    ]);
    expect([rows?.title, calls?.title]).toEqual([
      "Rows written per run (logarithmic; without those that had none)",
      "API calls per run",
    ]);
    const colour = light.tones[0];
    const shapes = async (chart: typeof rows) =>
      (chart ? await drawSvg(chart.draw(light, "medium"), "medium") : "").split(`fill="${colour}"`).length -
      1;
    expect([await shapes(rows), await shapes(calls)]).toEqual([3, 3]);
  });
});

test.each(Object.keys(SIZES) as Size[])(
  "a %s drawing is an image of its size that needs no style and holds no script",
  async (size) => {
    const accounts = Array.from({ length: 9 }, (_, index) => account(index, index + 1));
    for (const chart of listDailyCharts(daily(accounts)))
      for (const theme of THEMES) {
        const svg = await drawSvg(chart.draw(theme, size), size);
        expect(svg).toMatch(new RegExp(`^<svg width="${SIZES[size].width}" height="${SIZES[size].height}"`));
        expect(svg).not.toMatch(/<style|style=|<script|class=|href=|on\w+=/);
        expect(svg.match(/<path/g)?.length).toBeGreaterThan(60);
        expect(svg).toContain(">1 Mar</text>");
      }
  },
);

test("totals are spread over the days, and what Pinterest still counts begins after the last final day", () => {
  const total = { ad_account_id: "1", spend: 1, impressions: 2, conversions: null };
  const series = spreadOverDays(
    [{ ...total, date: "2026-01-02" }],
    [{ ad_account_id: "1", name: "One", currency: "UNK", owner_user_id: null, owner_username: null }],
    [
      { date: "2026-01-02", delivery_final: true, conversions_final: false },
      { date: "2026-01-01", delivery_final: true, conversions_final: true },
    ],
    "2026-01-01",
    3,
  );
  expect(series).toEqual({
    days: ["2026-01-01", "2026-01-02", "2026-01-03"],
    not_final_from: "2026-01-02",
    accounts: [
      {
        ad_account_id: "1",
        name: "One",
        currency: null,
        spend: [null, 1, null],
        impressions: [null, 2, null],
        conversions: [null, null, null],
      },
    ],
  });
});
