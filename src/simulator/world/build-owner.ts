import type { ApiRecord } from "../json.ts";
import { choose } from "../random.ts";
import { makeCatalog } from "./catalog.ts";
import { makeFeed } from "./feed.ts";
import { makeProcessingResult } from "./processing-result.ts";
import type { WorldSize } from "./size.ts";
import { makeUserAccount } from "./user-account.ts";
import type { OwnerWorld } from "./world.ts";

/** The `index`-th user with its catalogs; `withCatalog` false: a user that never made one. */
export function buildOwner(seed: number, size: WorldSize, index: number, withCatalog: boolean): OwnerWorld {
  const owner: OwnerWorld = {
    index,
    user: makeUserAccount(index),
    hasCatalog: withCatalog && size.catalogs > 0,
    catalogs: [],
    feeds: [],
    processingResults: new Map(),
    leaves: new Map(),
    made: { feeds: 0 },
  };
  if (!owner.hasCatalog) return owner;
  for (let nth = 0; nth < size.catalogs; nth++) owner.catalogs.push(makeCatalog(index, nth));
  for (let nth = 0; nth < size.feeds; nth++) {
    const feed = addFeed(owner);
    for (let run = 0; run < size.processingResultsPerFeed; run++) {
      addProcessingResult(seed, owner, feed.id, run, run - size.processingResultsPerFeed);
    }
  }
  return owner;
}

/** Adds the user's next feed, without results. */
export function addFeed(owner: OwnerWorld): ApiRecord {
  const serial = owner.made.feeds++;
  const feed = makeFeed(owner.index, choose(owner.catalogs, serial), serial);
  owner.feeds.push(feed);
  owner.processingResults.set(feed.id, []);
  return feed;
}

/** Adds the `run`-th result of a feed, made on `day`. */
export function addProcessingResult(
  seed: number,
  owner: OwnerWorld,
  feedId: string,
  run: number,
  day: number,
): ApiRecord {
  const feeds = [...owner.processingResults.keys()];
  const result = makeProcessingResult(seed, owner.index, feeds.indexOf(feedId), run, day);
  owner.processingResults.get(feedId)?.push(result);
  return result;
}
