import type { ApiRecord } from "../json.ts";
import { choose } from "../random.ts";
import { SECONDS_PER_DAY, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";

const MARKETS = [
  ["US", "USD"],
  ["DE", "EUR"],
  ["JP", "JPY"],
  ["GB", "GBP"],
  ["BR", "BRL"],
] as const;

const ROLES = [
  ["OWNER"],
  ["ADMIN", "ANALYST", "CATALOGS_MANAGER"],
  ["ADMIN", "AUDIENCE_MANAGER", "CAMPAIGN_MANAGER", "FINANCE_MANAGER"],
];

/** The fields of schema `AdAccount`; an account of another owner is one shared through Business Access. */
export function makeAdAccount(index: number, owner: number): ApiRecord {
  const [country, currency] = choose(MARKETS, index);
  return {
    id: makeId("ad_account", index, 0),
    name: makeName("Account", index),
    owner: { id: makeId("user", owner, 0), username: `shop_owner_${owner + 1}` },
    country,
    currency,
    permissions: [...choose(ROLES, owner)],
    created_time: index % 3 === 2 ? null : WORLD_START - (900 - index) * SECONDS_PER_DAY,
    updated_time: index % 3 === 1 ? null : WORLD_START - index * SECONDS_PER_DAY,
  };
}
