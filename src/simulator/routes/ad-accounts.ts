import { adsRefusal, readChoice } from "../query.ts";
import { adAccountNotFound } from "../refusal.ts";
import { findAccount } from "./find-account.ts";
import type { Listing } from "./listing.ts";
import type { Route } from "./route.ts";

const refuse = adsRefusal("id");

export const adAccounts: Listing = {
  name: "ad_accounts",
  route: {
    path: /^\/ad_accounts$/,
    category: "ads_read",
    scope: "ads:read",
    parameters: ["include_shared_accounts", "bookmark", "page_size"],
    answer: {
      page: ({ world, paging, path, query, isDenied }) => {
        const shared = readChoice(query, "include_shared_accounts", ["true", "false"], refuse) !== "false";
        const self = world.owners[0]?.user.id;
        return paging.servePage({
          resource: "ad_accounts",
          path,
          query,
          refuse,
          select: () =>
            world.adAccounts.filter(
              (account) =>
                !isDenied(account.id, "hidden") && (shared || readOwnerId(account["owner"]) === self),
            ),
        });
      },
    },
  },
  collect: ({ adAccounts: records }) => [{ adAccountId: null, ownerUserId: null, feedId: null, records }],
  wrong: ["created_time", "the day before yesterday"],
};

/** One ad account by its id. */
export const adAccountRoute: Route = {
  path: /^\/ad_accounts\/([^/]+)$/,
  category: "ads_read",
  scope: "ads:read",
  parameters: [],
  answer: {
    object: (context) => {
      const { id } = findAccount(context);
      const account = context.world.adAccounts.find((candidate) => candidate.id === id);
      if (account === undefined) throw adAccountNotFound();
      return account;
    },
  },
};

function readOwnerId(owner: unknown): unknown {
  return typeof owner === "object" && owner !== null && "id" in owner ? owner.id : undefined;
}
