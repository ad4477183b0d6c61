import type { EChartsOption, LineSeriesOption } from "echarts";
import type { AccountSeries, DailySeries } from "../../status-charts.ts";
import { formatAmount, formatCount, formatDay, plural } from "../words.ts";
import { drawAxes } from "./axes.ts";
import type { Chart, Size, Theme, Tone } from "./chart.ts";
import { assignTones, OTHERS } from "./tones.ts";

type Quantity = "spend" | "impressions" | "conversions";
type Values = readonly (number | null)[];

interface Line {
  readonly label: string;
  readonly tone: Tone;
  readonly values: Values;
}

/** More currencies than that are a matter for the tables. */
const CURRENCIES_DRAWN = 4;

/** Daily spend, a chart per currency, then impressions and conversions: as far as anything of them is loaded. */
export function listDailyCharts({ days, accounts }: DailySeries): Chart[] {
  const tones = assignTones(accounts);
  const byCurrency = [...Map.groupBy(accounts, ({ currency }) => currency ?? "unknown currency")];
  const largestFirst = byCurrency.toSorted(([, a], [, b]) => b.length - a.length).slice(0, CURRENCIES_DRAWN);
  const spends = largestFirst.map(([currency, some], index) =>
    defineChart(`spend-${index + 1}`, "spend", currency, days, some, tones, byCurrency.length === 1),
  );
  return [
    ...spends,
    defineChart("impressions", "impressions", "impressions", days, accounts, tones, false),
    defineChart("conversions", "conversions", "conversions", days, accounts, tones, false),
  ].filter((chart) => chart !== undefined);
}

function defineChart(
  name: string,
  quantity: Quantity,
  unit: string,
  days: readonly string[],
  accounts: readonly AccountSeries[],
  tones: ReadonlyMap<string, Tone>,
  wide: boolean,
): Chart | undefined {
  const lines = listLines(accounts, quantity, tones);
  if (lines.every(({ values }) => values.every((value) => value === null))) return undefined;
  const format = quantity === "spend" ? formatAmount : formatCount;
  const title = quantity === "spend" ? `Daily spend, ${unit}` : `Daily ${quantity}`;
  return {
    name,
    title,
    wide,
    description: describe(title, days, lines, format),
    legend: lines.map(({ label, tone }) => ({ label, tone })),
    numbers: {
      headings: ["Day", ...lines.map(({ label }) => label)],
      rows: days
        .map((day, index) => [day, ...lines.map(({ values }) => formatValue(values[index] ?? null, format))])
        .reverse(),
    },
    draw: (theme, size) => drawLines(days, lines, quantity === "spend" ? unit : "", theme, size),
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
      : [{ label: account.name ?? account.ad_account_id, tone, values: account[quantity] }];
  });
  const rest = accounts.filter(({ ad_account_id }) => (tones.get(ad_account_id) ?? OTHERS) === OTHERS);
  const lines = own.toSorted((a, b) => Number(a.tone) - Number(b.tone));
  if (rest.length === 0) return lines;
  const label = lines.length === 0 ? plural(rest.length, "account") : plural(rest.length, "other account");
  return [...lines, { label, tone: OTHERS, values: addUp(rest.map((account) => account[quantity])) }];
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

function drawLines(
  days: readonly string[],
  lines: readonly Line[],
  unit: string,
  theme: Theme,
  size: Size,
): EChartsOption {
  const axes = drawAxes({ labels: days.map(formatDay), unit }, theme, size);
  return { ...axes, series: lines.map((line) => drawLine(line, lines.length === 1, theme)) };
}

function drawLine({ tone, values }: Line, alone: boolean, theme: Theme): LineSeriesOption {
  const color = theme.tones[tone];
  return {
    type: "line",
    silent: true,
    color,
    lineStyle: { width: 2, color, type: tone === OTHERS ? "dashed" : "solid" },
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

function isAlone(values: Values, index: number): boolean {
  return (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
}
