/** True for a JSON object; arrays and numbers kept as raw JSON are none. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** The value down to so many levels of nesting; "…" stands for what lies below. */
export function clip(value: unknown, levels: number): unknown {
  if (Array.isArray(value)) return levels === 0 ? "…" : value.map((child) => clip(child, levels - 1));
  if (!isRecord(value)) return value;
  if (levels === 0) return "…";
  return Object.fromEntries(Object.entries(value).map(([field, child]) => [field, clip(child, levels - 1)]));
}
