import { ConnectorError } from "../errors.ts";
import type { ListPage, ListRequest, PinterestRequest } from "./request.ts";

/** The most that Pinterest allows; fewer requests for the same rows. */
export const PAGE_SIZE = 250;

/**
 * Walks a listing by its bookmarks. It ends when the bookmark is null, missing or empty; an empty page with a
 * bookmark does not end it. A bookmark seen before in the same listing fails it with `repeated_bookmark`, so that
 * it can neither run for ever nor pass for complete. `ask` delivers a body with an `items` array, or undefined.
 */
export async function* listPages(
  request: ListRequest,
  ask: (page: PinterestRequest) => Promise<unknown>,
): AsyncGenerator<ListPage> {
  const seen = new Set<string>();
  let bookmark: string | undefined;
  do {
    const query = { page_size: String(PAGE_SIZE), ...request.query, ...(bookmark && { bookmark }) };
    // Behind the first page the list is known to exist: "there is nothing" would cut it short and look complete.
    const emptyAnswers = bookmark === undefined ? (request.emptyAnswers ?? []) : [];
    const body = (await ask({ ...request, shape: "page", query, emptyAnswers })) as Body | undefined;
    const items = body?.items ?? [];
    bookmark = body?.bookmark || undefined;
    // The first page is the first that holds anything; behind it a bookmark that does not work leads nowhere.
    if (request.firstPageOnly && (items.length > 0 || seen.has(bookmark ?? ""))) bookmark = undefined;
    if (bookmark !== undefined) {
      if (seen.has(bookmark)) throw repeatedBookmark(request.path, seen.size);
      seen.add(bookmark);
    }
    yield { items };
  } while (bookmark !== undefined);
}

/** What the shape `page` guarantees. */
interface Body {
  readonly items: unknown[];
  readonly bookmark?: string | null;
}

function repeatedBookmark(path: string, pages: number): ConnectorError {
  return new ConnectorError(
    "repeated_bookmark",
    `Pinterest returned the same bookmark twice while ${path} was listed, after ${pages} pages`,
    {
      nextStep: "Run again; if it stays, ask Pinterest's support: the listing cannot be read to its end.",
      details: { path, pages },
    },
  );
}
