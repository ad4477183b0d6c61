/** NULL in the text format of COPY. */
export const NULL_FIELD = "\\N";

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** One field in the text format of COPY. */
export function encodeField(text: string): string {
  return SPECIAL.test(text)
    ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : text;
}

/** The field that `encodeField` encoded; null for NULL. */
export function decodeField(field: string): string | null {
  if (field === NULL_FIELD) return null;
  return field.replace(
    /\\(.)/g,
    (_, character: string) => ({ t: "\t", n: "\n", r: "\r" })[character] ?? character,
  );
}
