import { expect, test } from "vitest";
import { findSecrets } from "../support/find-secrets.ts";

const SECRET = 'p+/"s& wörd?';

test.each([
  ["as it is", SECRET],
  ["in a URL", `https://user:${encodeURIComponent(SECRET)}@host`],
  ["in JSON", JSON.stringify({ note: `it is ${SECRET}.` })],
  ["as hexadecimal digits", Buffer.from(`>${SECRET}<`).toString("hex")],
  ["in Base64 at any place", Buffer.from(`:${SECRET}:`).toString("base64")],
  ["in Base64 at another place", Buffer.from(`::${SECRET}:`).toString("base64")],
  ["in Base64 for URLs", Buffer.from(`${SECRET}:`).toString("base64url")],
])("a secret is found %s", (_how, text) => {
  expect(findSecrets(`before${text}after`, [SECRET, "another one"])).toEqual([SECRET]);
});

test("a text without the secret has none, and a secret that is too short to be searched for is refused", () => {
  expect(findSecrets("nothing here", [SECRET])).toEqual([]);
  expect(() => findSecrets("abc", ["abc"])).toThrow("too short");
});
