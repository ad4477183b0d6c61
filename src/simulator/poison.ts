import type { ApiRecord } from "./json.ts";
import { findListing } from "./listings.ts";
import { choose, hash } from "./random.ts";

export const POISON_KINDS = [
  /** A string, a number, null or an array stands where an object belongs. */
  "not_an_object",
  /** The record has no `id`. */
  "missing_id",
  /** A documented field holds something of another type. */
  "wrong_type",
  /** Its text holds NUL and lone surrogates, which Postgres cannot store. */
  "unstorable_text",
  /** It has a field that no documentation mentions. */
  "unknown_field",
  /** Bare integers beyond 2^53: in an amount of the record, where it has one, and in an unknown field. */
  "big_number",
  /** An older copy of a record that comes again, right, later in the same page. */
  "duplicate_key",
] as const;
export type PoisonKind = (typeof POISON_KINDS)[number];

/** One poisoned item that was sent. The same page is poisoned in the same way whenever it is asked for. */
export interface PoisonedItem {
  kind: PoisonKind;
  /** Name of the listing. */
  resource: string;
  path: string;
  /** The item's id; null where it has none. Of `duplicate_key` the id of the true record. */
  id: string | null;
  /** The item as it was sent. */
  text: string;
  /**
   * What a copy should make of it: `rejected` = not loaded but reported; `loaded` = a row of its own,
   * although the world does not hold it; `ignored` = the true record wins.
   */
  fate: "rejected" | "loaded" | "ignored";
}

/** 2^53 + 1, the first whole number that JavaScript cannot hold, and the largest bigint of Postgres. */
const BEYOND_2_53 = "9007199254740993";
const LARGEST_BIGINT = "9223372036854775807";
const PLACEHOLDER = "\u0001number\u0001";
const UNSTORABLE = "nul \u0000 high \ud83d low \udc00 end";
const STALE_TEXT = "An older copy, which must not win";
const POISON_ID_PREFIX = "99";
const ID_DIGITS = 18;

/** A poisoned item for a page that starts with `model`; `page` says which page it is. */
export function makePoison(
  kind: PoisonKind,
  resource: string,
  model: ApiRecord,
  path: string,
  page: string,
): PoisonedItem {
  const { wrong, amount, text = "name" } = findListing(resource);
  const number = hash(page, kind);
  const id = POISON_ID_PREFIX + String(number).padStart(ID_DIGITS - POISON_ID_PREFIX.length, "0");
  const fresh = { ...model, id };
  const item = (body: string, fate: PoisonedItem["fate"], itemId: string | null = id) => ({
    kind,
    resource,
    path,
    id: itemId,
    text: body,
    fate,
  });
  switch (kind) {
    case "not_an_object":
      return item(JSON.stringify(choose(["a string", 42, null, ["an array"]], number)), "rejected", null);
    case "missing_id":
      return item(JSON.stringify({ ...model, id: undefined }), "rejected", null);
    case "wrong_type":
      return item(JSON.stringify({ ...fresh, [wrong[0]]: wrong[1] }), "rejected");
    case "unstorable_text":
      return item(JSON.stringify({ ...fresh, [text]: UNSTORABLE }), "loaded");
    case "unknown_field":
      return item(
        JSON.stringify({ ...fresh, field_of_the_future: { since: 2027, tags: ["a", null] } }),
        "loaded",
      );
    case "big_number":
      return item(writeBigNumbers(fresh, amount), "loaded");
    case "duplicate_key":
      return item(JSON.stringify({ ...model, [text]: STALE_TEXT }), "ignored", model.id);
  }
}

function writeBigNumbers(record: ApiRecord, amount: string | undefined): string {
  const marked: ApiRecord = { ...record, number_of_the_future: PLACEHOLDER };
  if (amount !== undefined) marked[amount] = `${PLACEHOLDER}${PLACEHOLDER}`;
  return JSON.stringify(marked)
    .replace(JSON.stringify(`${PLACEHOLDER}${PLACEHOLDER}`), LARGEST_BIGINT)
    .replace(JSON.stringify(PLACEHOLDER), BEYOND_2_53);
}
