import type { ApiRecord } from "../json.ts";
import { pickPositions } from "../random.ts";
import { listLeaves } from "./leaves.ts";
import type { Move } from "./move.ts";
import type { AccountWorld, Vanished, World } from "./world.ts";

const VANISHED_SHARE = 0.01;
/** Of what vanished, every second record returns after this many days. */
const RETURN_AFTER_DAYS = 2;

/** Takes some ads and some campaigns with all that is below them out of an ad account. */
export function removeAccountEntities(world: World, account: AccountWorld): Move[] {
  const campaigns = pickIds(account.campaigns, world, account.id, "campaign");
  const ads = pickIds(account.ads, world, account.id, "ad");
  const below = (record: ApiRecord) => campaigns.has(rootOf(record));
  const campaignOf = new Map(account.adGroups.filter(below).map((group) => [group.id, rootOf(group)]));
  return [
    ...removeFrom(world, "campaigns", account.campaigns, ({ id }) => (campaigns.has(id) ? id : undefined)),
    ...removeFrom(world, "ad_groups", account.adGroups, (record) =>
      below(record) ? rootOf(record) : undefined,
    ),
    ...removeFrom(world, "ads", account.ads, (record) => {
      if (below(record)) return rootOf(record);
      return ads.has(record.id) ? record.id : undefined;
    }),
    ...removeFrom(world, "product_group_promotions", account.productGroupPromotions, (record) =>
      campaignOf.get(String(record["ad_group_id"])),
    ),
  ];
}

const rootOf = (record: ApiRecord) => String(record["campaign_id"]);

/** Takes some records out of every listing that grows by itself. */
export function removeLeaves(world: World): Move[] {
  return listLeaves(world).flatMap(({ listing: { name }, place, leaf: { records } }) => {
    const ids = pickIds(records, world, place, name);
    return removeFrom(world, name, records, ({ id }) => (ids.has(id) ? id : undefined));
  });
}

/** Puts back every second entity that vanished some days ago, with all that went with it; forgets the others. */
export function returnVanished(world: World): Move[] {
  const isDue = ({ day }: Vanished) => world.day - day >= RETURN_AFTER_DAYS;
  const due = world.vanished.filter(isDue);
  world.vanished = world.vanished.filter((vanished) => !isDue(vanished));
  const returning = new Set([...new Set(due.map(({ root }) => root))].filter((_, nth) => nth % 2 === 0));
  return due
    .filter(({ root }) => returning.has(root))
    .map(({ resource, record, from }) => {
      from.push(record);
      return { what: "returned", resource, id: record.id };
    });
}

/** The last one always stays, so that a listing is never emptied by the passing of time. */
function pickIds(records: readonly ApiRecord[], world: World, place: string, kind: string): Set<string> {
  const positions = pickPositions(records.length - 1, VANISHED_SHARE, world.seed, world.day, place, kind);
  return new Set(positions.map((position) => records[position]?.id ?? ""));
}

/** Removes the records for which `findRoot` names the entity whose vanishing takes them along. */
function removeFrom(
  world: World,
  resource: string,
  from: ApiRecord[],
  findRoot: (record: ApiRecord) => string | undefined,
): Move[] {
  const moves: Move[] = [];
  let kept = 0;
  for (const record of from) {
    const root = findRoot(record);
    if (root !== undefined) {
      world.vanished.push({ day: world.day, resource, record, from, root });
      moves.push({ what: "vanished", resource, id: record.id });
    } else {
      from[kept++] = record;
    }
  }
  from.length = kept;
  return moves;
}
