import type { EChartsOption } from "echarts";

/** One drawing per width of its place, for text in an image grows and shrinks with it. Pixels. */
export const SIZES = {
  small: { width: 340, height: 260 },
  medium: { width: 560, height: 280 },
  large: { width: 1080, height: 300 },
} as const;
export type Size = keyof typeof SIZES;

/** A chart as the page shows it: drawing, text that stands for it, and its numbers. */
export interface Chart {
  /** Part of the address of its drawings. */
  readonly name: string;
  readonly title: string;
  /** Says what the drawing shows to those who do not see it. */
  readonly description: string;
  readonly wide: boolean;
  readonly legend: readonly LegendEntry[];
  readonly numbers: { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] };
  draw(theme: Theme, size: Size): EChartsOption;
}

export interface LegendEntry {
  readonly label: string;
  readonly tone: Tone | "not-final";
}

/** A colour by its place in the palette; `others` stands for whatever has none of its own. */
export type Tone = 0 | 1 | 2 | 3 | 4 | "others";

export interface Theme {
  readonly name: "light" | "dark";
  readonly text: string;
  readonly line: string;
  /** Behind days that are not final. */
  readonly shade: string;
  readonly tones: Readonly<Record<Tone, string>>;
}

/**
 * Colours that differ for every kind of colour blindness (at least 0.06 in OKLab) and stand out from the background
 * (contrast of at least 3). The style sheet has the same for the legend.
 */
export const THEMES: readonly Theme[] = [
  {
    name: "light",
    text: "#55585f",
    line: "#e3e3e0",
    shade: "#ecebe6",
    tones: { 0: "#2563eb", 1: "#d87400", 2: "#12324f", 3: "#b0268c", 4: "#0891b2", others: "#7a7f87" },
  },
  {
    name: "dark",
    text: "#a9adb5",
    line: "#34373d",
    shade: "#2a2d33",
    tones: { 0: "#3d8bf2", 1: "#d97706", 2: "#fde68a", 3: "#f08fd0", 4: "#7ee0b5", others: "#8d929b" },
  },
];
