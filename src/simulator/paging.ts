import { createHmac } from "node:crypto";
import type { ApiRecord } from "./json.ts";
import { type Query, type Refuse, readPageSize, readText } from "./query.ts";

/** One page of a listing; `resource` names what its items are, for the faults that alter pages. */
export interface Page {
  resource: string;
  items: ApiRecord[];
  bookmark: string | null;
  /** A bookmark that leads to this very page again without being the one it was asked with. */
  bookmarkToSelf: () => string;
}

/** What is being listed: which items, and what makes this listing another one than its neighbours. */
export interface Listing {
  resource: string;
  path: string;
  query: Query;
  refuse: Refuse;
  /** Whatever the bookmark says, the first page is served. */
  firstPageOnly?: boolean;
  /** Every item that fits the filters, in the order of the listing. Called only when it is needed. */
  select: () => ApiRecord[];
}

/** Listings whose selection is kept while they are being paged through; more are selected anew. */
const VIEWS_KEPT = 16;
const NOT_PART_OF_A_LISTING: ReadonlySet<string> = new Set(["bookmark", "page_size"]);

interface Position {
  offset: number;
  /** Id of the item before `offset`, to find the place again after the items have changed. */
  after: string;
  nonce: number;
}

export type Paging = ReturnType<typeof createPaging>;

/**
 * Serves listings page by page. Bookmarks are opaque and signed: one that was made up, altered or taken
 * from another listing (another path or other filters) is refused. The selection of a listing is taken at
 * its first page, so that paging through 200,000 items does not filter 200,000 items per page.
 */
export function createPaging(secret: string) {
  const views = new Map<string, ApiRecord[]>();

  function keepView(key: string, view: ApiRecord[]): void {
    views.delete(key);
    views.set(key, view);
    const [oldest] = views.keys();
    if (views.size > VIEWS_KEPT && oldest !== undefined) views.delete(oldest);
  }

  function servePage(listing: Listing): Page {
    const size = readPageSize(listing.query, listing.refuse);
    const key = keyOf(listing);
    const bookmark = readText(listing.query, "bookmark");
    const position = bookmark === undefined ? undefined : openBookmark(bookmark, key, secret);
    if (bookmark !== undefined && position === undefined && !listing.firstPageOnly) {
      throw listing.refuse(`Parameter 'bookmark' is not valid (was ${bookmark})`);
    }
    const view = (position && views.get(key)) ?? listing.select();
    keepView(key, view);
    const from = position && !listing.firstPageOnly ? findOffset(view, position) : 0;
    const until = from + size;
    const mark = (offset: number, nonce: number) =>
      makeBookmark({ offset, after: view[offset - 1]?.id ?? "", nonce }, key, secret);
    return {
      resource: listing.resource,
      items: view.slice(from, until),
      bookmark: until < view.length ? mark(until, 0) : null,
      bookmarkToSelf: () => mark(from, (position?.nonce ?? 0) + 1),
    };
  }

  return { servePage };
}

function keyOf(listing: Listing): string {
  const filters = Object.entries(listing.query).filter(([name]) => !NOT_PART_OF_A_LISTING.has(name));
  return JSON.stringify([listing.path, filters.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function findOffset(view: readonly ApiRecord[], { offset, after }: Position): number {
  if (offset === 0 || view[offset - 1]?.id === after) return offset;
  const found = view.findIndex(({ id }) => id === after);
  return found === -1 ? offset : found + 1;
}

function makeBookmark(position: Position, key: string, secret: string): string {
  const text = `${position.offset}.${position.nonce}.${position.after}`;
  return Buffer.from(`${text}.${sign(text, key, secret)}`).toString("base64url");
}

function openBookmark(bookmark: string, key: string, secret: string): Position | undefined {
  const [offset, nonce, after, signature] = Buffer.from(bookmark, "base64url").toString().split(".");
  if (offset === undefined || nonce === undefined || after === undefined) return undefined;
  if (signature !== sign(`${offset}.${nonce}.${after}`, key, secret)) return undefined;
  return { offset: Number(offset), nonce: Number(nonce), after };
}

function sign(text: string, key: string, secret: string): string {
  return createHmac("sha256", secret).update(key).update(text).digest("hex").slice(0, 16);
}
