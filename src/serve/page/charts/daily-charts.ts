import type { BarSeriesOption, LineSeriesOption } from "echarts";
import { formatAmount, formatCount, plural } from "../../../counting.ts";
import type { AccountSeries, DailySeries } from "../../status/daily.ts";
import { compareNames, formatDay } from "../words.ts";
import { drawAxes } from "./axes.ts";
import type { Chart, LegendEntry, Theme, Tone } from "./chart.ts";
import { assignTones, assignTonesWithin, OTHERS } from "./tones.ts";

type Quantity = "spend" | "impressions" | "conversions";
type Values = readonly (number | null)[];

/** What the charts of one page share. */
interface Frame {
  readonly days: readonly string[];
  /** Place of the first day that Pinterest still counts; -1: none of them. */
  readonly notFinalFrom: number;
  readonly tones: ReadonlyMap<string, Tone>;
}

interface Line {
  readonly label: string;
  readonly tone: Tone;
  readonly values: Values;
  /** It is the sum of several accounts. */
  readonly summed: boolean;
}

/** More currencies than that are a matter for the tables. */
const CURRENCIES_DRAWN = 4;
/** More columns than that nobody reads: the smallest accounts are added up, as in the drawing. */
const ACCOUNTS_TABLED = 12;

/** Daily spend, a chart per currency, then impressions and conversions: as far as anything of them is loaded. */
export function listDailyCharts({ days, not_final_from, accounts }: DailySeries): Chart[] {
  const notFinalFrom = not_final_from === null ? -1 : days.indexOf(not_final_from);
  const frame = { days, notFinalFrom, tones: assignTones(accounts) };
  const byCurrency = [...Map.groupBy(accounts, ({ currency }) => currency ?? "unknown currency")];
  const mostFirst = byCurrency.toSorted(([, a], [, b]) => b.length - a.length).slice(0, CURRENCIES_DRAWN);
  const spends = mostFirst.map(([currency, some], index) =>
    defineChart(
      { name: `spend-${index + 1}`, quantity: "spend", unit: currency, wide: byCurrency.length === 1 },
      some,
      { ...frame, tones: assignTonesWithin(some, frame.tones) },
    ),
  );
  const counts = (["impressions", "conversions"] as const).map((name) =>
    defineChart({ name, quantity: name, unit: "", wide: false }, accounts, frame),
  );
  return [...spends, ...counts].filter((chart) => chart !== undefined);
}

interface What {
  readonly name: string;
  readonly quantity: Quantity;
  /** Currency of an amount; empty for counts. */
  readonly unit: string;
  readonly wide: boolean;
}

function defineChart(
  { name, quantity, unit, wide }: What,
  accounts: readonly AccountSeries[],
  frame: Frame,
): Chart | undefined {
  const { days, notFinalFrom, tones } = frame;
  const lines = listLines(accounts, quantity, tones);
  if (lines.every(({ values }) => values.every((value) => value === null))) return undefined;
  const format = unit ? formatAmount : formatCount;
  // A line for the sum of the others would press those of single accounts to the floor.
  const stacked = lines.length > 1 && lines.some(({ summed }) => summed);
  const title = `Daily ${quantity}${unit && `, ${unit}`}${stacked ? " (stacked)" : ""}`;
  const tabled =
    accounts.length <= ACCOUNTS_TABLED
      ? accounts
          .toSorted((a, b) => compareNames(nameOf(a), nameOf(b)))
          .map((account) => ({ label: nameOf(account), values: account[quantity] }))
      : lines;
  const legend: LegendEntry[] = lines.map(({ label, tone }) => ({ label, tone }));
  return {
    name,
    title,
    wide,
    description: describe(title, days, lines, format),
    legend: notFinalFrom < 0 ? legend : [...legend, { label: "not final yet", tone: "not-final" }],
    numbers: {
      headings: ["Day", ...tabled.map(({ label }) => label)],
      rows: days
        .map((day, index) => [day, ...tabled.map(({ values }) => formatValue(values[index] ?? null, format))])
        .reverse(),
    },
    draw: (theme, size) => ({
      ...drawAxes({ labels: days.map(formatDay), unit, whole: unit === "" }, theme, size),
      series: [
        ...(stacked
          ? lines.toReversed().map((line) => drawColumns(line, theme))
          : lines.map((line) => drawLine(line, lines.length === 1, theme))),
        ...(notFinalFrom < 0 ? [] : [shadeFrom(notFinalFrom, days.length, theme)]),
      ],
    }),
  };
}

/** A line per account with a tone of its own, and one for the sum of the others. */
function listLines(
  accounts: readonly AccountSeries[],
  quantity: Quantity,
  tones: ReadonlyMap<string, Tone>,
): Line[] {
  const own = accounts.flatMap((account) => {
    const tone = tones.get(account.ad_account_id) ?? OTHERS;
    return tone === OTHERS
      ? []
      : [{ label: nameOf(account), tone, values: account[quantity], summed: false }];
  });
  const rest = accounts.filter(({ ad_account_id }) => (tones.get(ad_account_id) ?? OTHERS) === OTHERS);
  const lines = own.toSorted((a, b) => Number(a.tone) - Number(b.tone));
  if (rest.length === 0) return lines;
  const values = addUp(rest.map((account) => account[quantity]));
  const [only, ...more] = rest;
  if (only && more.length === 0)
    return [...lines, { label: nameOf(only), tone: OTHERS, values, summed: false }];
  const label = lines.length === 0 ? plural(rest.length, "account") : plural(rest.length, "other account");
  return [...lines, { label, tone: OTHERS, values, summed: true }];
}

function nameOf({ name, ad_account_id }: AccountSeries): string {
  return name ?? ad_account_id;
}

function addUp(series: readonly Values[]): Values {
  const days = Math.max(...series.map(({ length }) => length));
  return Array.from({ length: days }, (_, index) => {
    const known = series.flatMap((values) => values[index] ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

function formatValue(value: number | null, format: (value: number) => string): string {
  return value === null ? "not loaded" : format(value);
}

function describe(
  title: string,
  days: readonly string[],
  lines: readonly Line[],
  format: (value: number) => string,
): string {
  const sums = lines.map(({ label, values }) => {
    const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0);
    return `${label} ${format(sum)}`;
  });
  return `${title}, ${formatDay(days[0] ?? "")} to ${formatDay(days.at(-1) ?? "")}. In all: ${sums.join("; ")}.`;
}

function drawLine({ tone, values }: Line, alone: boolean, theme: Theme): LineSeriesOption {
  const color = theme.tones[tone];
  return {
    type: "line",
    silent: true,
    color,
    lineStyle: { width: 2, color },
    ...(alone ? { areaStyle: { color, opacity: 0.12 } } : {}),
    symbol: "circle",
    symbolSize: 5,
    itemStyle: { color },
    data: values.map((value, index) =>
      // A day between two that are not loaded would leave no line to be seen.
      isAlone(values, index) ? { value: value ?? "-" } : { value: value ?? "-", symbol: "none" },
    ),
  };
}

/** Columns that stand on each other, so that together they show the total. */
function drawColumns({ tone, values }: Line, theme: Theme): BarSeriesOption {
  return {
    type: "bar",
    silent: true,
    stack: "total",
    barCategoryGap: "20%",
    itemStyle: { color: theme.tones[tone] },
    data: values.map((value) => value ?? "-"),
  };
}

/** A series without a line of its own; half a place more on either side, for a day is as wide as a place. */
function shadeFrom(first: number, count: number, theme: Theme): LineSeriesOption {
  return {
    type: "line",
    silent: true,
    data: [],
    markArea: {
      silent: true,
      itemStyle: { color: theme.shade },
      data: [[{ xAxis: first - 0.5 }, { xAxis: count - 0.5 }]],
    },
  };
}

function isAlone(values: Values, index: number): boolean {
  return (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
}
