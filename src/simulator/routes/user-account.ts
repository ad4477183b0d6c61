import { catalogsRefusal } from "../query.ts";
import { Refusal } from "../refusal.ts";
import { findOwner } from "./find-owner.ts";
import type { Route } from "./route.ts";

export const userAccountRoutes: readonly Route[] = [
  {
    path: /^\/user_account$/,
    category: "org_read",
    scope: "user_accounts:read",
    parameters: ["ad_account_id"],
    answer: {
      object: (context) =>
        findOwner(
          context,
          catalogsRefusal,
          () => new Refusal(403, 403, "Not authorized to access the user account."),
        ).user,
    },
  },
];
