import type { BarSeriesOption, LineSeriesOption } from "echarts";
import { formatCount } from "../../../counting.ts";
import type { RunFigures } from "../../../warehouse/status.ts";
import { formatDay } from "../words.ts";
import { drawAxes } from "./axes.ts";
import type { Chart, LegendEntry, Tone } from "./chart.ts";

const TONES: Readonly<Record<string, Tone>> = { succeeded: 0, partial: 1, failed: 3, interrupted: "others" };
/** From here on the largest run would flatten all the others. */
const SPREAD_OF_LINEAR_AXIS = 40;

const BARS = {
  type: "bar",
  silent: true,
  barCategoryGap: "25%",
  barMaxWidth: 28,
  itemStyle: { borderRadius: [2, 2, 0, 0] },
} satisfies BarSeriesOption;
/** On a logarithmic axis there is no nothing for a bar to stand on, and its length says nothing. */
const POINTS = {
  type: "line",
  silent: true,
  symbol: "circle",
  symbolSize: 7,
  lineStyle: { width: 0 },
} satisfies LineSeriesOption;

/** Rows written and API calls of the last runs, coloured by how they ended. */
export function listRunCharts(series: readonly RunFigures[]): Chart[] {
  const ended = series.filter(({ status }) => status !== "running");
  if (ended.length === 0) return [];
  return [
    defineChart("rows", "Rows written per run", ended, ({ rows_written }) => rows_written ?? 0),
    defineChart("calls", "API calls per run", ended, ({ api_calls }) => api_calls ?? 0),
  ];
}

function defineChart(
  name: string,
  title: string,
  runs: readonly RunFigures[],
  readValue: (run: RunFigures) => number,
): Chart {
  const values = runs.map(readValue);
  const logarithmic = isUneven(values);
  const statuses = Object.keys(TONES).filter((status) => runs.some((run) => run.status === status));
  const days = runs.map(({ started_at }) => formatDay(started_at));
  const times = runs.map(({ started_at }) => started_at.toISOString().slice(11, 16));
  const labelling =
    new Set(days).size === 1 ? { labels: times } : { labels: days, labelled: isFirstOf(days) };
  const last = values.at(-1) ?? 0;
  return {
    name,
    title: logarithmic ? `${title} (logarithmic; without those that had none)` : title,
    wide: false,
    description: `${title}, the last ${runs.length}. The last one: ${formatCount(last)}; at most ${formatCount(Math.max(...values))}.`,
    legend: statuses.map((status): LegendEntry => ({ label: status, tone: TONES[status] ?? "others" })),
    numbers: {
      headings: ["Started (UTC)", "Status", title],
      rows: runs
        .map(({ status }, index) => [
          `${days[index]} ${times[index]}`,
          status,
          formatCount(values[index] ?? 0),
        ])
        .reverse(),
    },
    draw: (theme, size) => ({
      ...drawAxes({ ...labelling, unit: "", logarithmic, whole: true }, theme, size),
      series: [
        {
          ...(logarithmic ? POINTS : BARS),
          data: values.map((value, index) => ({
            // A logarithm of nothing there is none.
            value: logarithmic && value === 0 ? "-" : value,
            itemStyle: { color: theme.tones[TONES[runs[index]?.status ?? ""] ?? "others"] },
          })),
        },
      ],
    }),
  };
}

/** Whether a run is the first of its day. */
function isFirstOf(days: readonly string[]): (index: number) => boolean {
  return (index) => index === 0 || days[index] !== days[index - 1];
}

function isUneven(values: readonly number[]): boolean {
  const positive = values.filter((value) => value > 0).toSorted((a, b) => a - b);
  const median = positive[Math.floor(positive.length / 2)] ?? 1;
  return (positive.at(-1) ?? 1) > SPREAD_OF_LINEAR_AXIS * median;
}
