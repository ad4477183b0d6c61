import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectorError } from "../../src/errors.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { checkConnection, openWarehouse } from "../../src/warehouse/database.ts";
import { openLocks } from "../../src/warehouse/locks.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { type Certificate, makeCertificate } from "../support/certificate.ts";
import { execute } from "../support/database.ts";
import { openSync } from "../support/sync.ts";
import { startTlsServer, type TlsServer } from "../support/tls-server.ts";

const PASSWORD = "tls-password";
const RULES = [
  // Of the first rule that fits, as without one for connections in plain text.
  "hostssl all only_tls 127.0.0.1/32 scram-sha-256",
  "hostnossl all only_tls 127.0.0.1/32 reject",
  "hostssl all only_certified 127.0.0.1/32 cert",
];
const NOBODY = new AbortController().signal;

let server: TlsServer;
let good: Certificate;
/** Paths of certificates and keys. */
let files: Readonly<Record<"ca" | "otherCa" | "cert" | "key", string>>;
const warnings: string[] = [];
const keepWarning = (warning: Error) => warnings.push(warning.message);

beforeAll(async () => {
  process.on("warning", keepWarning);
  server = await startTlsServer(RULES);
  await execute(
    server.url,
    `create role only_tls superuser login password '${PASSWORD}'; create role only_certified login`,
  );
  const { authority: issuer } = server;
  good = makeCertificate({ name: "localhost", hosts: ["localhost"], issuer });
  const user = makeCertificate({ name: "only_certified", hosts: ["user"], issuer });
  const keep = (name: string, text: string) => {
    writeFileSync(join(server.directory, name), text);
    return join(server.directory, name);
  };
  files = {
    ca: keep("ca.pem", issuer.pem),
    otherCa: keep("other-ca.pem", makeCertificate({ name: "Other CA" }).pem),
    cert: keep("user.pem", user.pem),
    key: keep("user.key", user.keyPem),
  };
});

afterAll(async () => {
  process.off("warning", keepWarning);
  await server?.[Symbol.asyncDispose]();
});

/** The server's URL by its name, as a user who must come with TLS unless told otherwise. */
function urlOf(parameters: string, user = "only_tls"): string {
  const url = new URL(server.url);
  url.hostname = "localhost";
  url.username = user;
  url.password = PASSWORD;
  const named = parameters.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof files) => files[name]);
  return `${url.href}${named && `?${named}`}`;
}

async function connect(parameters: string, user?: string): Promise<ConnectorError | "connected"> {
  const warehouse = openWarehouse({ url: urlOf(parameters, user), schema: "public", connections: 2 });
  try {
    await checkConnection(warehouse);
    return "connected";
  } catch (error) {
    return error as ConnectorError;
  } finally {
    await warehouse.close();
  }
}

/** Fails unless it cannot connect, for this reason and with this advice. */
async function expectRefused(
  parameters: string,
  reason: RegExp,
  advice: RegExp,
  user?: string,
): Promise<void> {
  expect(await connect(parameters, user)).toMatchObject({
    code: "database_unreachable",
    message: expect.stringMatching(reason),
    nextStep: expect.stringMatching(advice),
  });
}

test("a server that speaks no TLS is not talked to in plain text where TLS is asked for", async () => {
  const user = decodeURIComponent(new URL(server.url).username);
  await expectRefused("sslmode=prefer", /does not speak TLS/, /ssl = on.*sslmode=disable/, user);
});

describe("with a certificate of a CA of one's own", () => {
  beforeAll(() => server.present(good));

  test.each([
    "sslmode=prefer",
    "sslmode=require",
    "sslmode=require&sslrootcert={ca}",
    "sslmode=verify-ca&sslrootcert={ca}",
    "sslmode=verify-full&sslrootcert={ca}",
    "sslmode=require&sslnegotiation=direct",
  ])("%s connects", async (parameters) => expect(await connect(parameters)).toBe("connected"));

  test.each([
    ["sslmode=verify-full", /signed by a CA that is not trusted/, /sslrootcert=/],
    ["sslmode=verify-full&sslrootcert={otherCa}", /signed by a CA that is not trusted/, /sslrootcert=/],
    ["sslmode=require&sslrootcert={otherCa}", /signed by a CA that is not trusted/, /sslrootcert=/],
    ["", /no encryption/, /insists on TLS. Add sslmode=require/],
  ])("%s does not", expectRefused);

  test("a client certificate stands in for a password, and is asked for by name", async () => {
    const parameters = "sslmode=require&sslcert={cert}&sslkey={key}";
    expect(await connect(parameters, "only_certified")).toBe("connected");
    await expectRefused("sslmode=require", /client certificate/, /give sslcert and sslkey/, "only_certified");
  });

  test("every connection of a run is encrypted, the one that saves a token in an emergency too", async () => {
    const simulator = await startSimulator({ accounts: 1, campaigns: 2 });
    const url = urlOf("sslmode=verify-full&sslrootcert={ca}");
    const subject = await openSync({ url, simulator });
    const { warehouse, schema } = subject;
    expect(await subject.sync()).toMatchObject({ status: "succeeded" });
    const locks = await openLocks(warehouse);
    const [row] = await execute(
      server.url,
      `select count(*)::int as connections, bool_and(ssl) as encrypted
         from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'only_tls'`,
    );
    expect(row).toMatchObject({ encrypted: true, connections: expect.any(Number) });
    expect(row?.["connections"]).toBeGreaterThan(1);
    await locks.close();
    const store = openTokenStore({
      knex: warehouse.knex,
      schema,
      encryptionKey: randomBytes(32),
      appId: "app",
    });
    await store.exclusively(async () => {
      await execute(
        server.url,
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'only_tls'`,
      );
      await expect(store.begin(0)).rejects.toMatchObject({ code: "database_unreachable" });
      await store.begin(0);
    }, NOBODY);
    expect(await store.read()).toMatchObject({ unfinishedSince: 0 });
    await subject[Symbol.asyncDispose]();
    await simulator.close();
  });
});

test.each<[string, Parameters<typeof makeCertificate>[0], RegExp, RegExp]>([
  ["for another host", { name: "db", hosts: ["db.example"] }, /altnames.*db\.example/, /sslmode=verify-ca/],
  ["that has expired", { name: "old", hosts: ["localhost"], days: -1 }, /has expired/, /Renew it/],
])("a certificate %s is refused, and the reason told", async (_what, options, reason, advice) => {
  await server.present(makeCertificate({ ...options, issuer: server.authority }));
  await expectRefused("sslmode=verify-full&sslrootcert={ca}", reason, advice);
  expect(await connect("sslmode=require")).toBe("connected");
});

test("where only the CA is checked, a certificate for another host will do", async () => {
  await server.present(makeCertificate({ name: "db", hosts: ["db.example"], issuer: server.authority }));
  expect(await connect("sslmode=verify-ca&sslrootcert={ca}")).toBe("connected");
});

test("a certificate that is signed by itself is refused, and told apart from one of an unknown CA", async () => {
  await server.present(makeCertificate({ name: "localhost", hosts: ["localhost"] }));
  await expectRefused("sslmode=verify-full", /signed by itself/, /sslrootcert=/);
});

test("no driver has warned on the terminal", () => {
  expect(warnings).toEqual([]);
});
