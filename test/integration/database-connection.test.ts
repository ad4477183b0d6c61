import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
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

let database: TestDatabase;
let role: TestRole;

beforeAll(async () => {
  database = await createDatabase();
  role = await createRole(database.url);
});

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

describe("why there is no connection is told with what to do, and without the password", () => {
  test.each<[string, () => string | Promise<string>, RegExp, RegExp]>([
    ["a wrong password", () => urlWith({ password: "wrong" }), /password authentication failed/, /password/],
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
    const error = await checkConnection(open(await url())).then(
      () => expect.unreachable(),
      (problem) => problem,
    );
    expect(error).toMatchObject({ code: "database_unreachable" });
    expect(error.message).toMatch(reason);
    expect(error.nextStep).toMatch(advice);
    expect(`${error.message} ${error.nextStep}`).not.toContain(role.password);
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

  test.each<[string, number, () => string | Promise<string>, RegExp, RegExp]>([
    [
      "no password",
      30_000,
      () => urlWith({ password: "" }),
      /DATABASE_URL has none/,
      /postgres:\/\/user:password@/,
    ],
    ["a server that does not answer", 50, () => listen(() => undefined), /no answer/, /firewalls/],
  ])("%s", async (_what, connectionTimeoutMillis, makeUrl, reason, advice) => {
    const url = await makeUrl();
    const client = new pg.Client({ ...connectionSettings(url), connectionTimeoutMillis });
    const error = await client.connect().then(
      () => expect.unreachable(),
      (problem) => describeConnectionError(problem, url),
    );
    // Else the server waits for the password, and a server that stops waits for that.
    client.connection.stream.destroy();
    expect(error.message).toMatch(reason);
    expect(error.nextStep).toMatch(advice);
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
