/** What stands for a character that Postgres cannot hold. */
const REPLACEMENT = "\uFFFD";

/** Matches what JSON.stringify makes of NUL and of lone surrogates; also of harmless look-alikes. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|d[89a-f])/i;

/** A text that Postgres can hold: NUL and lone surrogates become U+FFFD. */
export function repairText(value: string): string {
  const wellFormed = value.isWellFormed() ? value : value.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", REPLACEMENT) : wellFormed;
}

/** JSON text that Postgres can hold as jsonb, and whether anything had to be repaired. */
export function toJsonText(value: unknown): { text: string; repaired: boolean } {
  const text = JSON.stringify(value);
  if (!SUSPICIOUS_ESCAPE.test(text)) return { text, repaired: false };
  const repairedText = JSON.stringify(repairDeep(value));
  return { text: repairedText, repaired: repairedText !== text };
}

function repairDeep(value: unknown): unknown {
  if (typeof value === "string") return repairText(value);
  if (Array.isArray(value)) return value.map(repairDeep);
  if (value === null || typeof value !== "object" || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [repairText(key), repairDeep(child)]),
  );
}
