/** JSON text as values, with whole numbers beyond 2^53 as bigint, so that a comparison sees every digit. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_name, value, { source }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "")
      ? BigInt(source ?? "")
      : value,
  );
}

/** One text per meaning: names sorted, numbers with all their digits, texts as Postgres can hold them. */
export function canonicalJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return JSON.stringify(storable(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .map(([name, child]) => `${canonicalJson(name)}:${canonicalJson(child)}`)
    .toSorted();
  return `{${fields.join(",")}}`;
}

/** The documented repair: NUL and lone surrogates, which Postgres cannot hold, stand as U+FFFD. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}
