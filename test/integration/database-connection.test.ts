import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { ConnectorError } from "../../src/errors.ts";
import { describeConnectionError } from "../../src/warehouse/connection-error.ts";
import {
  checkConnection,
  connectionSettings,
  openWarehouse,
  type Warehouse,
} from "../../src/warehouse/database.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { type PoolerOptions, startPooler } from "../support/pooler.ts";
import { createRole, type TestRole } from "../support/role.ts";

const TRUSTING = "The server lets roles in without their passwords, so none can be wrong.";

let database: TestDatabase;
let role: TestRole;
/** Whether the server asks nobody for a password (`trust` in pg_hba.conf). */
let trusting: boolean;

beforeAll(async () => {
  database = await createDatabase();
  role = await createRole(database.url);
  trusting = await letsIn(urlWith({ password: "wrong" }));
  if (trusting) process.stdout.write(`Skipped: ${TRUSTING}\n`);
});

async function letsIn(url: string): Promise<boolean> {
  return execute(url, "select").then(
    () => true,
    () => false,
  );
}

afterAll(async () => {
  await role?.drop();
  await database?.drop();
});

function open(url: string): Warehouse {
  const warehouse = openWarehouse({ url, schema: "public", connections: 3 });
  onTestFinished(() => warehouse.close());
  return warehouse;
}

/** The URL of the role with another user, password, database or server. */
function urlWith(changes: Partial<Pick<URL, "username" | "password" | "pathname" | "host">>): string {
  return Object.assign(new URL(role.url), changes).href;
}

/** A server that does this with whoever connects. */
async function listen(welcome: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    welcome(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return urlWith({ host: `127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** Fails unless the check of this connection says so, without the password. */
async function expectReason(url: string, reason: RegExp, advice: RegExp): Promise<void> {
  const error = await checkConnection(open(url)).then(
    () => expect.unreachable(),
    (problem) => problem,
  );
  expect(error).toMatchObject({ code: "database_unreachable" });
  expect(error.message).toMatch(reason);
  expect(error.nextStep).toMatch(advice);
  expect(`${error.message} ${error.nextStep}`).not.toContain(role.password);
}

/** What is said of a single connection that fails. */
async function findReason(url: string, options: pg.ClientConfig = {}): Promise<ConnectorError> {
  const client = new pg.Client({ ...connectionSettings(url), ...options });
  const error = await client.connect().then(
    () => expect.unreachable(),
    (problem) => describeConnectionError(problem, url),
  );
  // Else the server waits for the password, and a server that stops waits for that.
  client.connection.stream.destroy();
  return error;
}

describe("why there is no connection is told with what to do, and without the password", () => {
  test.each<[string, () => string | Promise<string>, RegExp, RegExp]>([
    ["no such database", () => urlWith({ pathname: "/not_there" }), /"not_there" does not exist/, /createdb/],
    ["nothing there", () => urlWith({ host: "127.0.0.1:1" }), /ECONNREFUSED/, /Is Postgres running there/],
    ["no such host", () => urlWith({ host: "db.invalid" }), /db\.invalid/, /does not resolve/],
    [
      "a server that hangs up",
      () => listen((socket) => socket.once("data", () => socket.end())),
      /closed without a word/,
      /a Postgres listens at that port/,
    ],
    [
      "no socket",
      () => "postgres:///ads?host=/not/there&user=loader",
      /ENOENT.*\/not\/there/,
      /is Postgres running here/,
    ],
  ])("%s", async (_what, url, reason, advice) => {
    await expectReason(await url(), reason, advice);
  });

  test.each<[string, string, string, RegExp]>([
    ["no connection left", "connection limit 0", "connection limit -1", /`concurrency` \+ 2 connections/],
    ["a role that may not log in", "nologin", "login", /has LOGIN/],
  ])("%s", async (_what, change, undo, advice) => {
    await execute(database.url, `alter role ${role.name} ${change}`);
    await expect(checkConnection(open(role.url))).rejects.toMatchObject({
      code: "database_unreachable",
      nextStep: expect.stringMatching(advice),
    });
    await execute(database.url, `alter role ${role.name} ${undo}`);
    await checkConnection(open(role.url));
  });

  test("a role that may not use the database", async () => {
    const name = new URL(database.url).pathname.slice(1);
    await execute(database.url, `revoke connect on database ${name} from public`);
    onTestFinished(async () => {
      await execute(database.url, `grant connect on database ${name} to public`);
    });
    await expect(checkConnection(open(role.url))).rejects.toMatchObject({
      nextStep: expect.stringMatching(/grant connect/),
    });
  });

  test("a server that does not answer", async () => {
    const url = await listen(() => undefined);
    const { message, nextStep } = await findReason(url, { connectionTimeoutMillis: 50 });
    expect(message).toMatch(/no answer/);
    expect(nextStep).toMatch(/firewalls/);
  });

  describe("where the server asks for one", () => {
    beforeEach(({ skip }) => {
      if (trusting) skip(TRUSTING);
    });

    test("a wrong password", () =>
      expectReason(urlWith({ password: "wrong" }), /password authentication failed/, /password/));

    test("no password", async () => {
      const { message, nextStep } = await findReason(urlWith({ password: "" }));
      expect(message).toMatch(/DATABASE_URL has none/);
      expect(nextStep).toMatch(/postgres:\/\/user:password@/);
    });
  });
});

describe("a pooler", () => {
  async function connectThrough(options: PoolerOptions): Promise<Warehouse> {
    const pooler = await startPooler(database.url, options);
    const warehouse = openWarehouse({ url: pooler.url, schema: "public", connections: 3 });
    onTestFinished(async () => {
      await warehouse.close();
      await pooler[Symbol.asyncDispose]();
    });
    return warehouse;
  }

  test.each([1, 5])(
    "that gives each transaction a backend of its own is refused, also with only %i",
    async (size) => {
      const warehouse = await connectThrough({ mode: "transaction", size });
      await expect(checkConnection(warehouse)).rejects.toMatchObject({
        code: "pooled_connection",
        nextStep: expect.stringMatching(/directly.*session mode/),
      });
    },
  );

  test.each([1, 4])(
    "that by chance gives the same backends again is found out at a later look (%i by chance)",
    async (luckyRollbacks) => {
      const warehouse = await connectThrough({ mode: "transaction", size: 3, luckyRollbacks });
      await expect(checkConnection(warehouse)).rejects.toMatchObject({ code: "pooled_connection" });
    },
  );

  test("that stays with its client is as good as none", async () => {
    const warehouse = await connectThrough({ mode: "session", size: 3 });
    await expect(checkConnection(warehouse)).resolves.toMatchObject({ encoding: "UTF8" });
  });

  test("is looked for once", async () => {
    const warehouse = await connectThrough({ mode: "session", size: 3 });
    const asked: string[] = [];
    await checkConnection(warehouse);
    warehouse.knex.on("query", ({ sql }) => asked.push(sql));
    await checkConnection(warehouse);
    expect(asked).toHaveLength(1);
    expect(warehouse.knex.client.pool.numUsed()).toBe(0);
  });
});
