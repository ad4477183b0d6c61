import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/environment.ts";
import { connectionSettings } from "../../src/warehouse/database.ts";
import { readAddress } from "../../src/warehouse/tls.ts";
import { makeCertificate } from "../support/certificate.ts";

const folder = mkdtempSync(join(tmpdir(), "pinterest-ads-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function keep(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const authority = makeCertificate({ name: "Test CA" });
const user = makeCertificate({ name: "loader", issuer: authority, hosts: ["loader"] });
const ca = keep("ca.pem", `Some words\n${authority.pem}${user.pem}`);
const cert = keep("user.pem", user.pem);
const key = keep("user.key", user.keyPem);
const otherKey = keep("other.key", authority.keyPem);
const text = keep("text.pem", "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n");
const noCertificate = keep("key-as-ca.pem", user.keyPem);
mkdirSync(join(folder, "directory"));

const PLAIN = "postgres://u:p%40ss@db.example:5433/ads";

function read(parameters: string, base = PLAIN) {
  const problems: string[] = [];
  const address = readAddress(`${base}${parameters}`, problems);
  return { address, problems };
}

const UNCHECKED = { rejectUnauthorized: false };
const ISSUER = {
  rejectUnauthorized: true,
  ca: expect.any(String),
  checkServerIdentity: expect.any(Function),
};
const FULL = { rejectUnauthorized: true };

describe("the modes mean what libpq documents", () => {
  test.each<[string, object | false]>([
    ["", false],
    ["?application_name=x", false],
    ["?sslmode=disable", false],
    [`?sslmode=disable&sslrootcert=${ca}`, false],
    ["?sslmode=prefer", UNCHECKED],
    ["?sslmode=require", UNCHECKED],
    [`?sslmode=require&sslrootcert=${ca}`, ISSUER],
    [`?sslmode=verify-ca&sslrootcert=${ca}`, ISSUER],
    ["?sslmode=verify-full", FULL],
    ["?sslmode=verify-full&sslrootcert=system", FULL],
    [`?sslmode=verify-full&sslrootcert=${ca}`, { ...FULL, ca: expect.any(String) }],
    // What is named without a mode is there to be checked.
    [`?sslrootcert=${ca}`, { ...FULL, ca: expect.any(String) }],
    ["?ssl=true", UNCHECKED],
    [`?sslcert=${cert}&sslkey=${key}`, { ...UNCHECKED, cert: user.pem, key: user.keyPem }],
  ])("%s", (parameters, ssl) => {
    const { address, problems } = read(parameters);
    expect(problems).toEqual([]);
    expect(address.ssl).toEqual(ssl);
    expect(address.negotiation).toBe("postgres");
  });

  test.each(["?host=/run/postgresql&sslmode=verify-full", "?host=%2Frun&sslmode=require"])(
    "none is needed on a socket: %s",
    (parameters) => expect(read(parameters).address.ssl).toBe(false),
  );

  test("TLS may begin at once, without asking first", () => {
    expect(read("?sslmode=require&sslnegotiation=direct").address).toMatchObject({
      negotiation: "direct",
      ssl: UNCHECKED,
    });
  });
});

test("pg is left nothing about TLS to read, and everything else as it was", () => {
  const { address } = read(
    `?sslmode=verify-full&sslrootcert=${ca}&options=-c%20jit%3Doff&application_name=a%2Bb`,
  );
  const url = new URL(address.url);
  expect(address.url).not.toContain("ssl");
  expect(Object.fromEntries(url.searchParams)).toEqual({ options: "-c jit=off", application_name: "a+b" });
  expect([url.username, url.password, url.host, url.pathname]).toEqual([
    "u",
    "p%40ss",
    "db.example:5433",
    "/ads",
  ]);
  expect(read("?a=%20+b").address.url).toBe(`${PLAIN}?a=%20+b`);
});

test.each<[string, RegExp]>([
  ["?sslmode=allow", /sslmode=allow is not supported.*disable or require/],
  ["?sslmode=verify", /sslmode=verify is not known; .*verify-/],
  ["?sslmode=", /sslmode= is not known; valid are: disable, prefer/],
  ["?sslmod=require", /sslmod is not supported; did you mean sslmode\?/],
  ["?sslcrl=x", /sslcrl is not supported/],
  ["?ssl=1", /ssl=1 is not understood; write sslmode=disable or sslmode=require/],
  ["?sslmode=require&sslnegotiation=quick", /valid are: postgres, direct/],
  ["?sslmode=verify-ca", /needs the file of your CA in sslrootcert/],
  ["?sslmode=verify-ca&sslrootcert=system", /a public CA gives certificates to anybody/],
  [
    `?sslrootcert=${join(folder, "missing.pem")}`,
    /sslrootcert: cannot read .*missing\.pem: there is no such file/,
  ],
  [`?sslrootcert=${join(folder, "directory")}`, /sslrootcert: cannot read .*EISDIR/],
  [`?sslrootcert=${text}`, /text\.pem is no certificate in PEM form/],
  [`?sslrootcert=${noCertificate}`, /key-as-ca\.pem is no certificate in PEM form/],
  [`?sslmode=require&sslcert=${cert}`, /sslcert and sslkey belong together/],
  [`?sslmode=require&sslcert=${cert}&sslkey=${otherKey}`, /cannot be used together \(.*mismatch/],
])("%s is a problem of the configuration, with its fix", (parameters, problem) => {
  expect(read(parameters).problems).toEqual([expect.stringMatching(problem)]);
  expect(read(parameters).problems[0]).toMatch(/^DATABASE_URL: /);
  expect(() => connectionSettings(`${PLAIN}${parameters}`)).toThrow(
    expect.objectContaining({ code: "configuration", message: expect.stringMatching(problem) }),
  );
});

describe("what libpq reads from the environment", () => {
  function parse(variables: Record<string, string>) {
    const problems: string[] = [];
    return { databaseUrl: parseEnvironment(variables, new Set(), problems).databaseUrl, problems };
  }

  test("counts where the URL says nothing", () => {
    const variables = { PGSSLMODE: "verify-full", PGSSLROOTCERT: ca, PGSSLCERT: cert, PGSSLKEY: key };
    const { databaseUrl, problems } = parse({ ...variables, DATABASE_URL: `${PLAIN}?sslmode=verify-ca` });
    expect(problems).toEqual([]);
    expect(Object.fromEntries(new URL(databaseUrl ?? "").searchParams)).toEqual({
      sslmode: "verify-ca",
      sslrootcert: ca,
      sslcert: cert,
      sslkey: key,
    });
  });

  test("is checked like the URL, and names no secret", () => {
    const { problems } = parse({ DATABASE_URL: PLAIN, PGSSLMODE: "allow", PGSSLROOTCERT: "/nowhere/ca.pem" });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/p%40ss|p@ss/);
  });

  test("changes nothing when there is nothing", () => {
    expect(parse({ DATABASE_URL: PLAIN })).toEqual({ databaseUrl: PLAIN, problems: [] });
  });
});
