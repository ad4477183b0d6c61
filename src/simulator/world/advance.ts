import type { ApiRecord } from "../json.ts";
import { LISTINGS } from "../listings.ts";
import { pickPositions } from "../random.ts";
import type { Listing } from "../routes/listing.ts";
import { summarizeAdStatus } from "./ad.ts";
import { addAd, addCampaign } from "./build-account.ts";
import { addProcessingResult } from "./build-owner.ts";
import { SECONDS_PER_DAY, toIso, WORLD_START } from "./clock.ts";
import { listLeaves } from "./leaves.ts";
import type { Move } from "./move.ts";
import { summarizeStatus } from "./statuses.ts";
import { removeAccountEntities, removeLeaves, returnVanished } from "./vanish.ts";
import type { World } from "./world.ts";

const CHANGED_SHARE = 0.1;
const ARCHIVED_SHARE = 0.03;
const APPEARED_SHARE = 0.02;

/**
 * Moves the world on by one day: in every collection some records change and some are archived, some
 * entities vanish with all that is below them, new ones appear and some of those that vanished before
 * return. At least one of each wherever there is anything. The same seed and day always do the same.
 * A record can move more than once in a step.
 */
export function advanceWorld(world: World): Move[] {
  world.day++;
  const moves = [
    ...returnVanished(world),
    ...changeRecords(world),
    ...archiveRecords(world),
    ...world.accounts.flatMap((account) => removeAccountEntities(world, account)),
    ...removeLeaves(world),
    ...addRecords(world),
  ];
  return moves;
}

function nowOf(world: World): number {
  return WORLD_START + world.day * SECONDS_PER_DAY;
}

function changeRecords(world: World): Move[] {
  const now = nowOf(world);
  return forPicked(world, CHANGED_SHARE, "changed", (record, { history, amount }) => {
    if (history) return false;
    touch(record, now);
    if (amount !== undefined && !("name" in record)) {
      record[amount] = 1_000 * world.day + 1;
    } else {
      record["name"] =
        `${String(record["name"] ?? "Unnamed").replace(/ \(day \d+\)$/, "")} (day ${world.day})`;
    }
    return true;
  });
}

function archiveRecords(world: World): Move[] {
  const now = nowOf(world);
  return forPicked(world, ARCHIVED_SHARE, "archived", (record, { name, archived }) => {
    if (archived === undefined || !("status" in record) || record["status"] === archived) return false;
    record["status"] = archived;
    if ("summary_status" in record) {
      record["summary_status"] = name === "ads" ? summarizeAdStatus("ARCHIVED") : summarizeStatus("ARCHIVED");
    }
    touch(record, now);
    return true;
  });
}

/** Applies `act` to a deterministic selection of every collection; it says whether it did anything. */
function forPicked(
  world: World,
  share: number,
  what: Move["what"],
  act: (record: ApiRecord, listing: Listing) => boolean,
): Move[] {
  const moves: Move[] = [];
  for (const listing of LISTINGS) {
    const resource = listing.name;
    for (const [nth, { records }] of listing.collect(world).entries()) {
      for (const position of pickPositions(
        records.length,
        share,
        world.seed,
        world.day,
        what,
        resource,
        nth,
      )) {
        const record = records[position];
        if (record && act(record, listing)) moves.push({ what, resource, id: record.id });
      }
    }
  }
  return moves;
}

/** Sets the record's time of last update, in the form its kind has. */
function touch(record: ApiRecord, now: number): void {
  if ("updated_time" in record) record["updated_time"] = now;
  if (typeof record["updated_at"] === "string") record["updated_at"] = toIso(now);
  if (typeof record["updated_at"] === "number") record["updated_at"] = now * 1000;
}

function addRecords(world: World): Move[] {
  const moves: Move[] = [];
  const appeared = (resource: string, { id }: ApiRecord) => moves.push({ what: "appeared", resource, id });
  for (const account of world.accounts) {
    const { campaigns, adGroups } = account;
    for (const position of pickPositions(adGroups.length, APPEARED_SHARE, world.seed, world.day, "ad")) {
      const adGroup = adGroups[position];
      if (adGroup) appeared("ads", addAd(world, account, adGroup));
    }
    const firstNewGroup = account.adGroups.length;
    for (const _ of pickPositions(campaigns.length, APPEARED_SHARE)) {
      appeared("campaigns", addCampaign(world, account));
    }
    for (const adGroup of account.adGroups.slice(firstNewGroup)) appeared("ad_groups", adGroup);
  }
  for (const owner of world.owners.filter(({ hasCatalog }) => hasCatalog)) {
    for (const [feedId, results] of owner.processingResults) {
      const run = results.length;
      appeared("processing_results", addProcessingResult(world.seed, owner, feedId, run, world.day));
    }
  }
  for (const { listing, leaf, add } of listLeaves(world)) {
    if (leaf.records.length > 0) appeared(listing.name, add());
  }
  return moves;
}
