import type { ApiRecord } from "../json.ts";
import { makeId } from "./ids.ts";

/** The fields of schema `Account` for the `owner`-th user; the token belongs to the first. */
export function makeUserAccount(owner: number): ApiRecord {
  const username = `shop_owner_${owner + 1}`;
  return {
    id: makeId("user", owner, 0),
    account_type: "BUSINESS",
    username,
    business_name: `Shop ${owner + 1} GmbH & Co. “KG”`,
    about: "Things for the home\nand the garden 🌱",
    website_url: `https://${username}.example/`,
    profile_image: `https://i.example/avatars/${username}.jpg`,
    board_count: 14,
    pin_count: 339,
    follower_count: 1_204,
    following_count: 31,
    monthly_views: owner % 2 === 0 ? 163_000 : null,
  };
}
