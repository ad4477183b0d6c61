import { expect, test } from "vitest";
import { spellForNpx } from "../../src/spell-commands.ts";

test.each([
  ["Run: pinterest-ads migrate", "Run: npx pinterest-ads migrate"],
  ["with `pinterest-ads auth login`, or", "with `npx pinterest-ads auth login`, or"],
  ["pinterest-ads sync && pinterest-ads status", "npx pinterest-ads sync && npx pinterest-ads status"],
  ["npx pinterest-ads demo", "npx pinterest-ads demo"],
  ["pinterest-ads: The schema lacks 3 tables", "pinterest-ads: The schema lacks 3 tables"],
  ["my-pinterest-ads sync", "my-pinterest-ads sync"],
  ["/opt/pinterest-ads sync", "/opt/pinterest-ads sync"],
  ["pinterest-ads-warehouse", "pinterest-ads-warehouse"],
])("%s is typed as %s where npx started the program", (text, spelt) => {
  expect(spellForNpx(text)).toBe(spelt);
});
