import type { Verdict } from "../status/verdict.ts";

const COLORS: Readonly<Record<Verdict["level"], string>> = {
  well: "#1a7f4b",
  act: "#c2410c",
  empty: "#6b7280",
  incomplete: "#6b7280",
};
const LEVEL = /^(well|act|empty|incomplete)$/;

/** Where the icon of a verdict is found; in a row of tabs it tells who needs somebody. */
export function iconAddress(level: Verdict["level"]): string {
  return `/icon-${level}.svg`;
}

/** An SVG image; undefined when there is no such verdict. */
export function drawIcon(level: string): string | undefined {
  if (!LEVEL.test(level)) return undefined;
  const color = COLORS[level as Verdict["level"]];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="${color}"/></svg>`;
}
