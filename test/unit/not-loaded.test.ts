import { expect, test } from "vitest";
import { listNotLoaded } from "../../src/commands/not-loaded.ts";
import { ConnectorError } from "../../src/errors.ts";
import { findResource } from "../../src/resources/index.ts";
import type { Slice } from "../../src/sync/plan.ts";

function slice(name: string, adAccountId: string, ownerUserId?: string): Slice {
  const resource = findResource(name);
  if (resource?.kind !== "list") throw new Error(`${name} is no list`);
  return { resource, adAccountId, ownerUserId };
}

const refused = new ConnectorError("permission_missing", "answered 403", { nextStep: "Ask for a role." });
const shut = (id: string) =>
  new ConnectorError("account_shut", `Ad account ${id} is shut since then`, {
    details: { shut_ad_account_id: id },
  });

test("what was left out of a shut ad account is one line, and the question about it none", () => {
  const [one, other] = [shut("1"), shut("2")];
  const lines = listNotLoaded([
    { slice: slice("ad_accounts", "1"), error: refused },
    { slice: slice("campaigns", "1"), error: one },
    { slice: slice("campaigns", "2"), error: other },
    { slice: slice("catalogs", "1", "7"), error: one },
  ]);
  expect(lines).toEqual([
    { where: "2 slices of ad account 1", why: "Ad account 1 is shut since then" },
    { where: "1 slice of ad account 2", why: "Ad account 2 is shut since then" },
  ]);
});

test("an ad account that is refused and had nothing planned is told by the question about it", () => {
  const lines = listNotLoaded([{ slice: slice("ad_accounts", "1"), error: refused }]);
  expect(lines).toEqual([{ where: "ad_accounts of 1", why: "answered 403\nAsk for a role." }]);
});

test("the question stays when it failed for a reason of its own", () => {
  const failed = new ConnectorError("pinterest_unreachable", "no answer");
  const lines = listNotLoaded([
    { slice: slice("ad_accounts", "1"), error: failed },
    { slice: slice("campaigns", "1"), error: shut("1") },
  ]);
  expect(lines.map(({ where }) => where)).toEqual(["ad_accounts of 1", "1 slice of ad account 1"]);
});
