import { describe, expect, test } from "vitest";
import { consentUrl, readRedirect } from "../../src/pinterest/authorize.ts";

const REQUEST = {
  appId: "1500001",
  redirectUri: "http://localhost:8085/callback?x=1",
  scopes: ["ads:read", "catalogs:read"],
  state: "the-state",
} as const;

test("the consent URL has everything that Pinterest asks for", () => {
  const url = consentUrl({ ...REQUEST, baseUrl: "https://api.pinterest.com/v5" });
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: "1500001",
    redirect_uri: "http://localhost:8085/callback?x=1",
    response_type: "code",
    scope: "ads:read,catalogs:read",
    state: "the-state",
  });
});

test.each([
  ["https://api.pinterest.com/v5", "https://www.pinterest.com/oauth/"],
  ["https://api-sandbox.pinterest.com/v5", "https://www.pinterest.com/oauth/"],
  ["http://127.0.0.1:4010/v5", "http://127.0.0.1:4010/oauth/"],
  ["https://notpinterest.com/v5", "https://notpinterest.com/oauth/"],
])("the user of %s agrees at %s", (baseUrl, page) => {
  const { origin, pathname } = consentUrl({ ...REQUEST, baseUrl });
  expect(`${origin}${pathname}`).toBe(page);
});

describe("a redirect", () => {
  const OWN = "state=the-state";
  test.each([
    ["with a code", `${OWN}&code=abc`, { kind: "code", code: "abc" }],
    ["with a code that needs decoding", `code=a%2Fb&${OWN}`, { kind: "code", code: "a/b" }],
    ["without the state", "code=abc", { kind: "foreign" }],
    ["with another state", "code=abc&state=the-statf", { kind: "foreign" }],
    ["with an empty state", "code=abc&state=", { kind: "foreign" }],
    ["with a refusal of another login", "error=access_denied", { kind: "foreign" }],
    [
      "with a refusal",
      `${OWN}&error=access_denied&error_description=No%0Athanks`,
      { kind: "denied", reason: "access_denied: No thanks" },
    ],
    ["with a token in its refusal", `${OWN}&error=pina_secret`, { kind: "denied", reason: "[redacted]" }],
    ["with nothing", "", { kind: "incomplete" }],
    ["with an empty code", `${OWN}&code=`, { kind: "incomplete" }],
  ])("%s is read as what it is", (_what, query, meaning) => {
    expect(readRedirect(new URL(`http://localhost:8085/?${query}`), "the-state")).toEqual(meaning);
  });
});
