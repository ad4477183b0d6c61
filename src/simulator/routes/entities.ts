import type { ApiRecord } from "../json.ts";
import type { Page } from "../paging.ts";
import { adsRefusal, type Query, type Refuse, readChoice, readChoices, readIds } from "../query.ts";
import { DEFAULT_STATUSES, ENTITY_STATUS_NAMES } from "../world/statuses.ts";
import type { AccountWorld } from "../world/world.ts";
import { findAccount } from "./find-account.ts";
import { collectOfAccounts, type Listing } from "./listing.ts";
import { orderById } from "./order.ts";
import type { Route, RouteContext } from "./route.ts";

/** An id filter: the parameter and the field it is compared with. Only one may be sent per request. */
type IdFilter = readonly [parameter: string, field: string];

const IDS_AT_MOST = 250;
const COMMON_PARAMETERS = ["entity_statuses", "page_size", "order", "bookmark"];
const CAMPAIGN_IDS: IdFilter = ["campaign_ids", "campaign_id"];
const AD_GROUP_IDS: IdFilter = ["ad_group_ids", "ad_group_id"];

export const campaigns: Listing = {
  ...entityListing("campaigns", "campaign", [["campaign_ids", "id"]], [], (account) => account.campaigns),
  wrong: ["created_time", "the day before yesterday"],
  amount: "daily_spend_cap",
};

export const adGroups: Listing = {
  ...entityListing(
    "ad_groups",
    "account group",
    [CAMPAIGN_IDS, ["ad_group_ids", "id"]],
    ["translate_interests_to_names"],
    (account) => account.adGroups,
  ),
  wrong: ["created_time", { seconds: 1 }],
  amount: "budget_in_micro_currency",
};

export const ads: Listing = {
  ...entityListing(
    "ads",
    "ads",
    [CAMPAIGN_IDS, AD_GROUP_IDS, ["ad_ids", "id"]],
    [],
    (account) => account.ads,
  ),
  wrong: ["is_removable", "perhaps"],
};

function entityListing(
  name: string,
  entity: string,
  filters: readonly IdFilter[],
  flags: readonly string[],
  recordsOf: (account: AccountWorld) => ApiRecord[],
): Omit<Listing, "wrong"> {
  return {
    name,
    route: entityRoute(name, entity, filters, flags, recordsOf),
    collect: collectOfAccounts(recordsOf),
    archived: "ARCHIVED",
  };
}

function entityRoute(
  resource: string,
  entity: string,
  filters: readonly IdFilter[],
  flags: readonly string[],
  recordsOf: (account: AccountWorld) => ApiRecord[],
): Route {
  const refuse = adsRefusal(entity);
  return {
    path: new RegExp(`^/ad_accounts/([^/]+)/${resource}$`),
    category: "ads_read",
    scope: "ads:read",
    parameters: [...COMMON_PARAMETERS, ...filters.map(([parameter]) => parameter), ...flags],
    answer: {
      page: (context) => {
        const account = findAccount(context);
        for (const flag of flags) readChoice(context.query, flag, ["true", "false"], refuse);
        const fits = readFilter(context.query, filters, refuse);
        return serveEntities(context, resource, refuse, () => recordsOf(account).filter(fits));
      },
    },
  };
}

/** A page of those `candidates` that have one of the asked statuses, in the asked order. */
export function serveEntities(
  { paging, path, query }: RouteContext,
  resource: string,
  refuse: Refuse,
  candidates: () => ApiRecord[],
): Page {
  const statuses = new Set(
    readChoices(query, "entity_statuses", ENTITY_STATUS_NAMES, DEFAULT_STATUSES, refuse),
  );
  const order = readChoice(query, "order", ["ASCENDING", "DESCENDING"], refuse);
  const select = () =>
    orderById(
      candidates().filter((record) => statuses.has(String(record["status"]))),
      order,
    );
  return paging.servePage({ resource, path, query, refuse, select });
}

function readFilter(query: Query, filters: readonly IdFilter[], refuse: Refuse) {
  const sent = filters.flatMap(([parameter, field]) => {
    const ids = readIds(query, parameter, IDS_AT_MOST, refuse);
    return ids ? [{ ids, field }] : [];
  });
  const [only, another] = sent;
  if (another) throw refuse(`Provide only one of ${filters.map(([parameter]) => parameter).join(", ")}.`);
  return (record: ApiRecord) => only === undefined || only.ids.has(String(record[only.field]));
}
