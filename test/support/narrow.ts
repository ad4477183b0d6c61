import stringWidth from "string-width";
import { expect } from "vitest";

const TERMINAL_COLUMNS = 80;

/** Fails if a line does not fit a terminal of the usual width. */
export function expectNarrow(text: string): void {
  expect(text.split("\n").filter((line) => stringWidth(line) > TERMINAL_COLUMNS)).toEqual([]);
}
