import type { ApiRecord } from "../json.ts";
import { hash } from "../random.ts";
import type { AccountWorld, World } from "../world/world.ts";
import type { DeliveringAd } from "./ad-day.ts";
import { TRAITS } from "./delivery.ts";

export interface KnownCampaign {
  record: ApiRecord;
  ads: KnownAd[];
}

export interface KnownAdGroup {
  record: ApiRecord;
  campaign: KnownCampaign;
  ads: KnownAd[];
  promotions: KnownPromotion[];
  /** How many ad groups of the account were known before. */
  serial: number;
}

export interface KnownAd extends DeliveringAd {
  record: ApiRecord;
  adGroup: KnownAdGroup;
  /** How many ads were known before, in all. */
  number: number;
}

/** A product group of an ad group: one share of what the ad group's ads did. */
export interface KnownPromotion {
  record: ApiRecord;
  adGroup: KnownAdGroup;
  index: number;
}

/** Everything an ad account ever had, what vanished included: its spend stays in every report. */
export interface KnownAccount {
  record: ApiRecord;
  /** Position in `World.accounts`. */
  index: number;
  campaigns: Map<string, KnownCampaign>;
  adGroups: Map<string, KnownAdGroup>;
  ads: Map<string, KnownAd>;
  promotions: Map<string, KnownPromotion>;
}

export type Registry = ReturnType<typeof createRegistry>;

const TRAITS_OF_CREATIVE: Record<string, number> = {
  VIDEO: TRAITS.video,
  MAX_VIDEO: TRAITS.video,
  QUIZ: TRAITS.quiz,
  SHOWCASE: TRAITS.showcase,
  IDEA: TRAITS.idea,
};
const NEVER_DELIVER: ReadonlySet<unknown> = new Set(["DRAFT", "DELETED_DRAFT"]);
/** Of ads that were there from the start. */
const ALWAYS = Number.NEGATIVE_INFINITY;

/**
 * Remembers every entity that was ever in the world. Whether an ad delivers is settled when it is first seen: not
 * if it, its ad group or its campaign is a draft then.
 */
export function createRegistry(world: World) {
  const accounts = new Map<string, KnownAccount>();
  const lastSeen = new Map<readonly ApiRecord[], { length: number; last: ApiRecord | undefined }>();
  let ads = 0;

  /** Notes what is new in the world; ads that are new delivered nothing before `firstDay`. */
  function note(firstDay: number = ALWAYS): void {
    for (const account of world.accounts) {
      const known = accounts.get(account.id) ?? addAccount(account);
      noteNew(account.campaigns, known.campaigns, (record) => ({ record, ads: [] }));
      noteNew(account.adGroups, known.adGroups, (record) => makeAdGroup(known, record));
      noteNew(account.ads, known.ads, (record) => makeAd(known, record, firstDay));
      noteNew(account.productGroupPromotions, known.promotions, (record) => makePromotion(known, record));
    }
  }

  function addAccount({ id, index }: AccountWorld): KnownAccount {
    const record = world.adAccounts[index] ?? { id };
    const empty = { campaigns: new Map(), adGroups: new Map(), ads: new Map(), promotions: new Map() };
    const known = { record, index, ...empty };
    accounts.set(id, known);
    return known;
  }

  /** A list that is as long as before and ends as before is not gone through again: there may be 200,000 ads. */
  function noteNew<T>(
    records: readonly ApiRecord[],
    known: Map<string, T>,
    make: (record: ApiRecord) => T,
  ): void {
    const before = lastSeen.get(records);
    const now = { length: records.length, last: records.at(-1) };
    if (before?.length === now.length && before.last === now.last) return;
    lastSeen.set(records, now);
    for (const record of records) if (!known.has(record.id)) known.set(record.id, make(record));
  }

  function makeAdGroup(known: KnownAccount, record: ApiRecord): KnownAdGroup {
    const campaign = findOrMake(known.campaigns, record["campaign_id"], (parent) => ({
      record: parent,
      ads: [],
    }));
    return { record, campaign, ads: [], promotions: [], serial: known.adGroups.size };
  }

  function makeAd(known: KnownAccount, record: ApiRecord, firstDay: number): KnownAd {
    const adGroup = findOrMake(known.adGroups, record["ad_group_id"], (parent) =>
      makeAdGroup(known, { ...parent, campaign_id: record["campaign_id"] ?? null }),
    );
    const isDraft = [record, adGroup.record, adGroup.campaign.record].some(({ status }) =>
      NEVER_DELIVER.has(status),
    );
    const ad: KnownAd = {
      record,
      adGroup,
      number: ads++,
      random: hash(world.seed, record.id, "delivery"),
      traits: TRAITS_OF_CREATIVE[String(record["creative_type"])] ?? 0,
      share: isDraft ? 0 : world.size.deliveringShare,
      firstDay,
    };
    adGroup.ads.push(ad);
    adGroup.campaign.ads.push(ad);
    return ad;
  }

  function makePromotion(known: KnownAccount, record: ApiRecord): KnownPromotion {
    const adGroup = findOrMake(known.adGroups, record["ad_group_id"], (parent) =>
      makeAdGroup(known, { ...parent, campaign_id: null }),
    );
    const promotion = { record, adGroup, index: adGroup.promotions.length };
    adGroup.promotions.push(promotion);
    return promotion;
  }

  note();
  return {
    note,
    /** How many ads are known. */
    countAds: () => ads,
    /** What is known of an account; undefined for ids that never were in the world. */
    find: (adAccountId: string): KnownAccount | undefined => accounts.get(adAccountId),
  };
}

/** The parent of a record, made up if the world does not hold it. */
function findOrMake<T>(known: Map<string, T>, id: unknown, make: (record: ApiRecord) => T): T {
  const text = String(id);
  const found = known.get(text) ?? make({ id: text });
  known.set(text, found);
  return found;
}
