type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A key as the text spells it, between its quotes, and where the first of them stands. */
interface EscapedKey {
  readonly start: number;
  readonly spelled: string;
}

/** From a range for private use, so that hardly any text holds it. */
const STAND_IN = "\ue000";

/**
 * `JSON.parse`, which throws for the same texts, and gets keys with an escape right: V8 12.8 to 14.6 (Node 24 to 26)
 * may take such a key for another one that holds a backslash and that an earlier object of the process had
 * (https://github.com/nodejs/node/issues/63785). So those keys are parsed as values, and unescaped ones stand in.
 */
export function parseWithKeys(text: string, reviver?: Reviver): unknown {
  const keys = findEscapedKeys(text);
  if (keys.length === 0) return reviver ? JSON.parse(text, reviver) : JSON.parse(text);
  // What is no JSON could become some with other keys.
  JSON.parse(text);
  let mark = STAND_IN;
  while (text.includes(mark)) mark += STAND_IN;
  const names = keys.map(({ spelled }): string => JSON.parse(`"${spelled}"`));
  return JSON.parse(replaceKeys(text, keys, mark), function (this: unknown, key, value: unknown, context) {
    const named = isPlainObject(value) ? restoreKeys(value, mark, names) : value;
    return reviver ? reviver.call(this, key, named, context) : named;
  });
}

/** Of valid JSON, all of them in their order. Takes time in proportion to the strings that hold an escape. */
function findEscapedKeys(text: string): EscapedKey[] {
  const keys: EscapedKey[] = [];
  for (let at = text.indexOf("\\"); at >= 0; at = text.indexOf("\\", at)) {
    const start = text.lastIndexOf('"', at);
    at = findStringEnd(text, at);
    // Only the end of a key has a colon behind it.
    if (isColonNext(text, at + 1)) keys.push({ start, spelled: text.slice(start + 1, at) });
  }
  return keys;
}

/** The closing quote of the string that `from` is in; the text's end when there is none. */
function findStringEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at, text.length);
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && " \n\r\t".includes(text[at] ?? "")) at += 1;
  return text[at] === ":";
}

function replaceKeys(text: string, keys: readonly EscapedKey[], mark: string): string {
  let replaced = "";
  let copied = 0;
  for (const [index, { start, spelled }] of keys.entries()) {
    replaced += `${text.slice(copied, start + 1)}${mark}${index}`;
    copied = start + 1 + spelled.length;
  }
  return replaced + text.slice(copied);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

function restoreKeys(object: object, mark: string, names: readonly string[]): object {
  const keys = Object.keys(object);
  if (!keys.some((key) => key.startsWith(mark))) return object;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key.startsWith(mark) ? (names[Number(key.slice(mark.length))] ?? key) : key,
      value,
    ]),
  );
}
