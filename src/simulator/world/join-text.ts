/**
 * The parts as one flat string. Template literals build trees of fragments that take several times the
 * memory until they are first read, which counts with hundreds of thousands of records.
 */
export function joinText(...parts: readonly string[]): string {
  return parts.join("");
}
