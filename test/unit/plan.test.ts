import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/resources/define.ts";
import { findResource, listResources, resources } from "../../src/resources/index.ts";
import {
  accountsWithoutOwner,
  type PlannedAccount,
  parentNames,
  planSlices,
  scopeId,
  withParents,
} from "../../src/sync/plan.ts";

const names = (list: readonly Resource[]) => list.map(({ name }) => name);
const pick = (...wanted: string[]) => resources.filter(({ name }) => wanted.includes(name));
const account = (id: string, ownerUserId: string | null, ...permissions: string[]): PlannedAccount => ({
  id,
  ownerUserId,
  permissions,
});

describe("parents come along, before their children", () => {
  test.each<[string[], string[]]>([
    [[], []],
    [["ads"], ["ads"]],
    [["feeds"], ["feeds"]],
    [["feed_processing_results"], ["feeds", "feed_processing_results"]],
    [["product_group_promotions"], ["campaigns", "ad_groups", "product_group_promotions"]],
    [
      ["feed_processing_results", "ads", "campaigns"],
      ["campaigns", "ads", "feeds", "feed_processing_results"],
    ],
  ])("%o", (wanted, expected) => {
    expect(names(withParents(pick(...wanted), resources))).toEqual(expected);
    expect(names(withParents(pick(...wanted).toReversed(), resources))).toEqual(expected);
  });
});

test("a resource waits for its parent and for the resource that narrows it", () => {
  const parents = (name: string) => parentNames(findResource(name) as Resource);
  expect(parents("ads")).toEqual([]);
  expect(parents("feed_processing_results")).toEqual(["feeds"]);
  expect(parents("product_group_promotions")).toEqual(["ad_groups", "campaigns"]);
});

test("what is asked per account is planned for every account, what the token tells once", () => {
  const accounts = [account("1", "u1"), account("2", "u2")];
  const slices = planSlices(pick("ad_accounts", "ads"), accounts);
  expect(slices.map((slice) => [slice.resource.name, slice.adAccountId, slice.ownerUserId])).toEqual([
    ["ad_accounts", undefined, undefined],
    ["ads", "1", undefined],
    ["ads", "2", undefined],
  ]);
  expect(slices.map(scopeId)).toEqual([undefined, "1", "2"]);
});

describe("catalogs are asked once per owner, through the account where the role allows most", () => {
  test.each<[string, PlannedAccount[], [owner: string, through: string][]]>([
    ["no account", [], []],
    [
      "one each",
      [account("1", "u1", "OWNER"), account("2", "u2", "ADMIN")],
      [
        ["u1", "1"],
        ["u2", "2"],
      ],
    ],
    ["owner before admin", [account("1", "u", "ADMIN"), account("2", "u", "OWNER")], [["u", "2"]]],
    [
      "admin before catalogs manager",
      [account("1", "u", "CATALOGS_MANAGER"), account("2", "u", "ANALYST", "ADMIN")],
      [["u", "2"]],
    ],
    [
      "catalogs manager before roles that cannot read catalogs",
      [account("1", "u", "ANALYST", "CAMPAIGN_MANAGER"), account("2", "u", "CATALOGS_MANAGER")],
      [["u", "2"]],
    ],
    ["the first of equals", [account("1", "u", "ADMIN"), account("2", "u", "ADMIN")], [["u", "1"]]],
    ["a role too low is tried all the same", [account("1", "u", "ANALYST"), account("2", "u")], [["u", "1"]]],
    ["without an owner there is nothing to ask for", [account("1", null, "OWNER")], []],
  ])("%s", (_, accounts, expected) => {
    const slices = planSlices(pick("catalogs"), accounts);
    expect(slices.map((slice) => [slice.ownerUserId, slice.adAccountId])).toEqual(expected);
    expect(slices.map(scopeId)).toEqual(expected.map(([owner]) => owner));
  });
});

describe("catalogs are asked for through a shut account only when its owner has no other", () => {
  test.each<[string, PlannedAccount[], shut: string[], through: string]>([
    ["an open one with a lower role", [account("1", "u", "OWNER"), account("2", "u", "ANALYST")], ["1"], "2"],
    ["none other", [account("1", "u", "OWNER"), account("2", "u", "ADMIN")], ["1", "2"], "1"],
    [
      "one that is shut for ads alone, by its role",
      [account("1", "u", "OWNER"), account("2", "u", "CATALOGS_MANAGER")],
      ["1", "2"],
      "2",
    ],
  ])("%s", (_, accounts, shut, through) => {
    const slices = planSlices(pick("catalogs"), accounts, new Set(shut));
    expect(slices.map((slice) => slice.adAccountId)).toEqual([through]);
  });
});

test("accounts without an owner are told apart", () => {
  const accounts = [account("1", null), account("2", "u")];
  expect(accountsWithoutOwner(accounts)).toEqual([accounts[0]]);
});

const anyAccounts = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[1-9]\d{0,3}$/),
    ownerUserId: fc.option(fc.constantFrom("u1", "u2", "u3")),
    permissions: fc.subarray(["OWNER", "ADMIN", "ANALYST", "CATALOGS_MANAGER"]),
  }),
  { selector: ({ id }) => id, maxLength: 8 },
);

test("every plan names each resource and scope once, parents first, and is the same every time", () => {
  fc.assert(
    fc.property(anyAccounts, fc.subarray([...listResources]), (accounts, selected) => {
      const wanted = withParents(selected, resources);
      const slices = planSlices(wanted, accounts);
      const keys = slices.map((slice) => `${slice.resource.name}:${scopeId(slice)}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const [index, slice] of slices.entries())
        for (const parent of parentNames(slice.resource)) {
          const position = keys.indexOf(`${parent}:${scopeId(slice)}`);
          expect(position >= 0 && position < index).toBe(true);
        }
      const owners = new Set(accounts.flatMap(({ ownerUserId }) => ownerUserId ?? []));
      for (const resource of wanted) {
        const planned = slices.filter((slice) => slice.resource === resource).length;
        expect(planned).toBe({ token: 1, ad_account: accounts.length, owner: owners.size }[resource.scope]);
      }
      expect(planSlices(wanted, accounts)).toEqual(slices);
    }),
  );
});
