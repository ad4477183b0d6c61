import { expect, test } from "vitest";
import { nearest, suggestion } from "../../src/suggest.ts";

const names = ["ad_accounts", "campaigns", "ad_groups", "ads", "product_groups", "product_group_promotions"];

test.each([
  ["ads", "ads"],
  ["ADS", "ads"],
  ["campaign", "campaigns"],
  ["camapigns", "campaigns"],
  ["adgroups", "ad_groups"],
  ["ad-groups", "ad_groups"],
  ["product_group", "product_groups"],
  ["camp", "campaigns"],
])("%s means %s", (name, meant) => {
  expect(nearest(name, names)).toBe(meant);
  expect(suggestion(name, names)).toBe(`did you mean ${meant}?`);
});

test.each(["keywords", "product", "zzzzzzzz"])("%s means nothing in particular, so all is listed", (name) => {
  expect(nearest(name, names)).toBeUndefined();
  expect(suggestion(name, names)).toBe(`valid are: ${names.join(", ")}`);
});

test("nothing is suggested where nothing is valid", () => {
  expect(nearest("ads", [])).toBeUndefined();
});
