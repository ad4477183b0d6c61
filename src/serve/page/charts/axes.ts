import type { EChartsOption } from "echarts";
import { formatCompact } from "../words.ts";
import { SIZES, type Size, type Theme } from "./chart.ts";

const FONT = { fontFamily: "system-ui, sans-serif", fontSize: 12 } as const;
/** Labels of days and moments need so much room each. */
const LABEL_WIDTH = 72;

interface Axes {
  readonly labels: readonly string[];
  /** Those of them that are worth showing where there is room; absent: as many as fit, evenly. */
  readonly labelled?: (index: number) => boolean;
  /** What the values are of, such as EUR; stands above the axis. */
  readonly unit: string;
  /** Values differ by so much that a linear axis would hide the small ones. */
  readonly logarithmic?: boolean;
  /** There is nothing between 0 and 1, as with counts. */
  readonly whole?: boolean;
}

/** What all charts have in common: no animation, quiet lines, compact numbers, as many labels as fit. */
export function drawAxes(
  { labels, labelled, unit, logarithmic = false, whole = false }: Axes,
  theme: Theme,
  size: Size,
): EChartsOption {
  const { width } = SIZES[size];
  const step = Math.max(1, Math.ceil(labels.length / Math.floor(width / LABEL_WIDTH)));
  // From the end: the latest is what people look for.
  const isOneOfSome = (index: number) => (labels.length - 1 - index) % step === 0;
  return {
    animation: false,
    textStyle: { ...FONT, color: theme.text },
    grid: {
      left: 4,
      right: 4,
      top: 30,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      data: [...labels],
      boundaryGap: true,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.line } },
      axisLabel: {
        ...FONT,
        color: theme.text,
        interval: labelled ?? isOneOfSome,
        hideOverlap: true,
        alignMaxLabel: "right",
      },
    },
    yAxis: {
      type: logarithmic ? "log" : "value",
      name: unit,
      nameTextStyle: { ...FONT, color: theme.text, align: "left" },
      nameGap: 12,
      splitNumber: 4,
      ...(whole && !logarithmic ? { minInterval: 1 } : {}),
      axisLabel: { ...FONT, color: theme.text, formatter: (value: number) => formatCompact(value) },
      splitLine: { lineStyle: { color: theme.line } },
    },
  };
}
