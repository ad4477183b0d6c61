import { Refusal } from "./refusal.ts";

/** Query parameters as they came: every name with all its values, in order. */
export type Query = Readonly<Record<string, readonly string[]>>;

/** Turns what was wrong with a parameter into the refusal of that endpoint, whose code and text differ. */
export type Refuse = (what: string) => Refusal;

const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 250;
const DIGITS = /^\d+$/;
const MAX_ID_LENGTH = 18;

/** Reads a URL's query without losing repeated parameters. */
export function readQuery(search: URLSearchParams): Query {
  const query: Record<string, string[]> = {};
  for (const [name, value] of search) {
    const values = query[name] ?? [];
    values.push(value);
    query[name] = values;
  }
  return query;
}

/** Ads endpoints answer with code 400 and name the kind of entity; what was wrong follows. */
export function adsRefusal(entity: string): Refuse {
  return (what) => new Refusal(400, 400, `Invalid ad account ${entity} parameters. ${what}`);
}

/** Catalog endpoints answer with code 1 and quote the parameter. */
export const catalogsRefusal: Refuse = (what) => new Refusal(400, 1, what);

/** The last value of a parameter, or undefined when it was not sent. */
export function readText(query: Query, name: string): string | undefined {
  return query[name]?.at(-1);
}

/** `page_size`: a whole number from 1 to 250; 25 when absent. */
export function readPageSize(query: Query, refuse: Refuse): number {
  const text = readText(query, "page_size");
  if (text === undefined) return DEFAULT_PAGE_SIZE;
  if (!DIGITS.test(text)) throw refuse(`Parameter 'page_size' was not numeric (was ${text})`);
  const size = Number(text);
  if (size < 1 || size > MAX_PAGE_SIZE) {
    throw refuse(`Parameter 'page_size' must be between 1 and ${MAX_PAGE_SIZE} (was ${text})`);
  }
  return size;
}

/** One of a closed set of words, or undefined when absent. */
export function readChoice(
  query: Query,
  name: string,
  choices: readonly string[],
  refuse: Refuse,
): string | undefined {
  const text = readText(query, name);
  if (text !== undefined && !choices.includes(text)) throw refuse(`'${text}' is not a valid '${name}'`);
  return text;
}

/** A list of words from a closed set, sent repeated, comma-joined or both; `fallback` when absent. */
export function readChoices(
  query: Query,
  name: string,
  choices: readonly string[],
  fallback: readonly string[],
  refuse: Refuse,
): readonly string[] {
  const words = readWords(query, name);
  if (words === undefined) return fallback;
  for (const word of words) {
    if (!choices.includes(word)) throw refuse(`'${word}' is not a valid '${name}'`);
  }
  return words;
}

/** A list of 1 to `most` digit-only ids, repeated or comma-joined; undefined when absent. */
export function readIds(
  query: Query,
  name: string,
  most: number,
  refuse: Refuse,
): ReadonlySet<string> | undefined {
  const ids = readWords(query, name);
  if (ids === undefined) return undefined;
  if (ids.length > most) throw refuse(`'${name}' takes at most ${most} ids (got ${ids.length})`);
  for (const id of ids) {
    if (!DIGITS.test(id)) throw refuse(`'${name}' value '${id}' must match the pattern: ^\\d+$`);
  }
  return new Set(ids);
}

/** One digit-only id of at most 18 digits; undefined when absent. */
export function readId(query: Query, name: string, refuse: Refuse): string | undefined {
  const id = readText(query, name);
  if (id !== undefined && !isId(id)) throw refuse(`'${name}' value '${id}' must match the pattern: ^\\d+$`);
  return id;
}

export function isId(text: string): boolean {
  return DIGITS.test(text) && text.length <= MAX_ID_LENGTH;
}

/** A list of words, sent repeated, comma-joined or both; undefined when absent. */
export function readWords(query: Query, name: string): string[] | undefined {
  return query[name]?.flatMap((value) => value.split(","));
}
