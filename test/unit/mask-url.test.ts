import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskUrl } from "../../src/warehouse/mask-url.ts";

const harmless = [
  "",
  "https://example.com",
  "https://example.com/feed.xml",
  "HTTPS://Example.COM:8443/Feeds/Spring-2024.CSV",
  "http://[2001:db8::1]:8080/feed.csv",
  "http://localhost:8080/feed.csv?page=2",
  "http://simulator:8080/feed.csv?contact=shop@example.com",
  "sftp://files.example.com/outgoing/products_us_2024-01-01_v2.tsv.gz",
  "https://example.com/feed.csv?country_code=US&lang=en-US&currencyCode=USD&format=csv#top",
  "https://example.com/feed?file=products_us_2024-01-01_v2.csv&since=20240101T000000Z",
  "https://example.com/feed?utm_campaign=spring2024_us-en_b2c&utm_source=pinterest",
  "https://example.com/feed?keyword=running+shoes&author=jane&design=modern",
  "https://example.com/feed?email=shop@example.com",
  "https://example.com/feed?next=https%3A%2F%2Fexample.com%2Fpage",
  "https://example.com/feed?token=&page=1",
  "https://example.com/a%20b/%E2%9C%93/feed;v=1/x.csv?q=%zz&&&x==",
  "https://example.com/feeds/ProductFeedGermany2024Spring/acct123456789012345.csv",
  "https://example.com/@brand/feed.xml",
  "https://münchen.example/übersicht.csv",
  "https://example.com/feed?x-amz-algorithm=AWS4-HMAC-SHA256&expires=1700000000",
  "not a url at all",
];

test.each(harmless)("a harmless location stays byte for byte: %s", (url) => {
  expect(maskUrl(url)).toBe(url);
});

describe("user info is hidden", () => {
  test.each([
    ["ftp://user:pass@host/x", "ftp://***@host/x"],
    ["https://token@example.com/x", "https://***@example.com/x"],
    ["ftp://user:p@ss@host/x", "ftp://***@host/x"],
    ["ftp://user:pa/ss@host.example/x", "ftp://***@host.example/x"],
    ["ftp://user:12/ss@host.example/x", "ftp://***@host.example/x"],
    ["ftp://user:pa?s#s@host/x", "ftp://***@host/x"],
    ["ftp://user:p@s/s@host/x", "ftp://***@host/x"],
    ["ftp://user:p@s.x/s@host/x", "ftp://***@host/x"],
    ["ftp://jane@corp.example:pa/ss@host/x", "ftp://***@host/x"],
    ["ftp://user:pa ss@host/x y.csv", "ftp://***@host/x y.csv"],
    [" ftp://user:pass@host/x", " ftp://***@host/x"],
    ["FTP://User:Pass@Host/x", "FTP://***@Host/x"],
    ["user:pass@host/path", "***@host/path"],
    ["user:/pass@host/path", "***@host/path"],
    ["//user:pass@host", "//***@host"],
    ["https:/user:pass@host/x", "https:/***@host/x"],
    ["https:user:pass@host/x", "https:***@host/x"],
    ["https:\\\\user:pass@host\\x", "https:\\\\***@host\\x"],
    ["ftp://us%65r:p%40ss%2Fx@host/x", "ftp://***@host/x"],
    ["ftp://user%3Apass%40host.example/x", "ftp://***%40host.example/x"],
    ["ftp%3A%2F%2Fuser%3Apass%2540host%2Fx", "***%2540host%2Fx"],
    [
      "https://u:p@h.example/feed?contact=shop@example.com",
      "https://***@h.example/feed?contact=shop@example.com",
    ],
    ["https://u:a&token=b@h.example/x", "https://***@h.example/x"],
    ["https://p.example/get/https://user:p@ss@host/x.csv", "https://p.example/get/https://***@host/x.csv"],
    ["https://p.example/get/https%3A%2F%2Fuser%3Apass%40host%2Fx", "https://p.example/get/***"],
    ["https://p.example/get/ftp:/user:pa#ss@host/x", "https://p.example/get/ftp:/***@host/x"],
    ["https://p.example/get?url=ftp://user:pass@host/x&page=2", "https://p.example/get?url=***&page=2"],
    [
      "https://p.example/get?url=ftp%3A%2F%2Fuser%3Apass%40host&page=2",
      "https://p.example/get?url=***&page=2",
    ],
  ])("%s", (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

describe("parameters with a secret's name are hidden", () => {
  const names = [
    ...[
      "password",
      "passwd",
      "pass",
      "userPass",
      "pwd",
      "pw",
      "client_secret",
      "token",
      "accessToken",
      "apikey",
    ],
    ...[
      "api-key",
      "Key",
      "KEY",
      "sig",
      "auth",
      "Authorization",
      "credentials",
      "PHPSESSID",
      "sid",
      "session",
    ],
    ...["code", "auth_code", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "AWSAccessKeyId"],
    ...["X-Goog-Signature", "GoogleAccessId", "Signature", "jwt", "%74oken", "%2574oken", "auth[token]"],
  ];
  test.each(names)("%s", (name) => {
    expect(maskUrl(`https://example.com/f?page=2&${name}=abc&x=1`)).toBe(
      `https://example.com/f?page=2&${name}=***&x=1`,
    );
  });

  test.each([
    ["https://example.com/f#access_token=abc&state=1", "https://example.com/f#access_token=***&state=1"],
    ["https://example.com/f?a=1#/route?token=abc", "https://example.com/f?a=1#/route?token=***"],
    ["https://example.com/f?a=1;token=abc;b=2&c=3", "https://example.com/f?a=1;token=***&c=3"],
    ["https://example.com/f?token=a#b?c;d&e&x=1", "https://example.com/f?token=***&***&x=1"],
    ["https://example.com/f?a=1&amp;token=abc", "https://example.com/f?a=1&amp;token=***"],
    ["https://example.com/f;token=abc/x.csv", "https://example.com/f;token=***"],
    ["https://example.com/token=abc/x.csv", "https://example.com/***/x.csv"],
    ["https://example.com/f%3Ftoken%3Dabc", "https://example.com/***"],
    ["https://example.com/f?token%3Dabc", "https://example.com/f?***"],
    ["https://example.com/f?q=%3Ftoken%3Dabc&p=1", "https://example.com/f?q=***&p=1"],
    ["https://a.example/f?next=https%3A%2F%2Fb.example%2F%3Fsig%3Dabc", "https://a.example/f?next=***"],
    [
      "https://s.blob.core.windows.net/f.csv?sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sp=r&sig=a%2Bb%3D",
      "https://s.blob.core.windows.net/f.csv?sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sp=r&sig=***",
    ],
    ["f.csv?token=abc", "f.csv?token=***"],
    ["ht tp:/exa mple?token=a b c", "ht tp:/exa mple?token=***"],
  ])("%s", (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

describe("values that look random are hidden whatever their name", () => {
  test.each([
    ["https://example.com/f?x=Zk3v9Qw1Lm7Tt2Rb", "https://example.com/f?x=***"],
    ["https://example.com/f?x=aGVsbG8%2Fd29y%2BbGQxMjM%3D", "https://example.com/f?x=***"],
    ["https://example.com/f?x=550e8400-e29b-41d4-a716-446655440000", "https://example.com/f?x=***"],
    ["https://example.com/f?Zk3v9Qw1Lm7Tt2Rb", "https://example.com/f?***"],
    ["https://example.com/f#aGVsbG8/d29y+bGQxMjM==", "https://example.com/f#***"],
    ["https://hooks.example/e/8f3a9b2c1d4e5f6a7b8c9d0e/f.xml", "https://hooks.example/e/***/f.xml"],
  ])("%s", (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

/** Letters of no frame below, so that a secret found in the output can only be the secret. */
const secret = fc
  .string({ unit: fc.constantFrom(..."QZXJ7905@:/?#;%+=. ~\\!é"), minLength: 3, maxLength: 24 })
  .map((text) => `Q9${text}Z`);

describe("the secret never occurs in the output", () => {
  test.each<[string, (value: string) => string]>([
    ["as a password", (value) => `ftp://user:${value}@host.example/feed.csv`],
    ["as a password before a parameter", (value) => `ftp://user:${value}@host/feed.csv?page=1`],
    ["as a password without a scheme", (value) => `user:${value}@host/feed.csv`],
    ["as a percent-encoded password", (value) => `sftp://user:${encodeURIComponent(value)}@host/feed.csv`],
    ["as a parameter", (value) => `https://host.example/f?page=1&token=${value}&x=1`],
    ["as a parameter of the fragment", (value) => `https://host.example/f#access_token=${value}`],
    ["as the password of a URL in a path", (value) => `https://host.example/get/ftp://u:${value}@h/x`],
    ["as an encoded parameter", (value) => `https://host.example/f?sig=${encodeURIComponent(value)}`],
    [
      "as a parameter of an encoded URL",
      (value) => `https://host.example/f?u=${encodeURIComponent(`https://h.example/?key=${value}`)}`,
    ],
  ])("%s", (_, frame) => {
    fc.assert(
      fc.property(secret, (value) => {
        const masked = maskUrl(frame(value));
        expect(masked).not.toContain(value);
        expect(masked).not.toContain(encodeURIComponent(value));
        expect(masked).not.toMatch(/[QZJ]/);
      }),
    );
  });

  test("as an unnamed value of letters and digits", () => {
    const random = fc
      .string({
        unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        minLength: 16,
        maxLength: 64,
      })
      .filter((text) => /[a-z]\d/i.test(text) && /\d[a-z]/i.test(text));
    fc.assert(fc.property(random, (value) => !maskUrl(`https://h.example/f?x=${value}`).includes(value)));
  });
});

test.each([
  ["nested parameters", "https://example.com/?".concat("u=".repeat(1000), "secret")],
  ["nested URLs", "https://example.com/".repeat(100).concat("?token=secret")],
  ["a text longer than any URL", "https://example.com/".concat("x".repeat(9000), "?token=secret")],
])("what is too deep or too long to search is hidden: %s", (_, url) => {
  expect(maskUrl(url)).not.toContain("secret");
});

test("no text makes it throw, and masking twice changes nothing more", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.webUrl({ withQueryParameters: true, withFragments: true })),
      (text) => {
        const once = maskUrl(text);
        expect(maskUrl(once)).toBe(once);
      },
    ),
  );
});

test("what turns out to be user info once a part of it is hidden is hidden too", () => {
  expect(maskUrl("?@=secret@")).toBe("***@");
});

test("text made of a URL's own characters is masked once and for all", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab1:/?#&;=@%40 \\."), maxLength: 40 }), (text) => {
      const once = maskUrl(text);
      expect(maskUrl(once)).toBe(once);
    }),
  );
});
