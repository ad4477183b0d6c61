type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A key as the text spells it, between its quotes, and where the first of them stands. */
interface EscapedKey {
  readonly start: number;
  readonly spelled: string;
}

/** From a range for private use, so that hardly any text holds it. */
const STAND_IN = "\ue000";

/**
 * `JSON.parse` that gets keys with an escape right: V8 12.8 to 14.6 (Node 24 to 26) may take such a key for another one
 * that holds a backslash and that an earlier object of the process had (https://github.com/nodejs/node/issues/63785).
 * So those keys are parsed as values; plain spellings or others stand in for them. A text with such a key that nests
 * thousands of levels is a `RangeError`.
 */
export function parseWithKeys(text: string, reviver?: Reviver): unknown {
  const keys = findEscapedKeys(text);
  if (keys.length === 0) return reviver ? JSON.parse(text, reviver) : JSON.parse(text);
  const names = keys.map(({ spelled }): string => JSON.parse(`"${spelled}"`));
  const mark = STAND_IN.repeat(1 + longestRun(text));
  const nameOf = (key: string) =>
    key.startsWith(mark) ? (names[Number(key.slice(mark.length))] ?? key) : key;
  const plain = replaceKeys(text, keys, (index) => spellPlainly(names[index] ?? "") ?? `${mark}${index}`);
  return JSON.parse(plain, function (this: unknown, key, value: unknown, context) {
    const named = isPlainObject(value) ? restoreKeys(value, mark, nameOf) : value;
    return reviver ? reviver.call(this, nameOf(key), named, context) : named;
  });
}

function longestRun(text: string): number {
  return (text.match(/\ue000+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** Without an escape, where the name can do without. */
function spellPlainly(name: string): string | undefined {
  const spelled = JSON.stringify(name).slice(1, -1);
  return spelled.includes("\\") ? undefined : spelled;
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

function replaceKeys(text: string, keys: readonly EscapedKey[], standIn: (index: number) => string): string {
  let replaced = "";
  let copied = 0;
  for (const [index, { start, spelled }] of keys.entries()) {
    replaced += text.slice(copied, start + 1) + standIn(index);
    copied = start + 1 + spelled.length;
  }
  return replaced + text.slice(copied);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function restoreKeys(object: object, mark: string, nameOf: (key: string) => string): object {
  if (!Object.keys(object).some((key) => key.startsWith(mark))) return object;
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [nameOf(key), value]));
}
