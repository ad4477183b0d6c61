import pLimit from "p-limit";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openCopyBatches } from "../../src/warehouse/copy-batches.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";

/** More than half of a batch, so that no two fit into one. */
const WIDE = 800_000;
let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

beforeEach(async () => {
  await client.query("drop table if exists pg_temp.lines");
  await client.query("create temporary table lines (id int, text text)");
});

const rethrow = async (_: string, error: Error) => {
  throw error;
};

/** Lines of which each byte tells which line it belongs to. */
const lines = (count: number, width: number) =>
  Array.from({ length: count }, (_, id) => `${id}\t${String.fromCharCode(97 + (id % 26)).repeat(width)}`);

async function stored(): Promise<string[]> {
  const { rows } = await client.query("select id, text from pg_temp.lines order by id");
  return rows.map(({ id, text }) => `${id}\t${text}`);
}

test.each([
  ["no line", 0, 1],
  ["one line", 1, 3],
  ["many small lines", 20_000, 300],
  ["lines as wide as a batch", 8, 4 * 1024 * 1024],
  ["lines wider than a batch", 3, 9 * 1024 * 1024],
  ["empty lines", 5, 0],
])("%s arrive as they were sent", async (_, count, width) => {
  const batches = openCopyBatches(client, pLimit(1), "lines (id, text)", rethrow);
  for (const line of lines(count, width)) await batches.add(line);
  await batches.flush();
  expect((await stored()).join("\n") === lines(count, width).join("\n")).toBe(true);
});

test("lines may be added from several sides at once", async () => {
  const turns = pLimit(1);
  const batches = openCopyBatches(client, turns, "lines (id, text)", rethrow);
  const sent = lines(40, WIDE);
  await Promise.all(sent.map((line) => batches.add(line)));
  await batches.flush();
  expect((await stored()).join("\n") === sent.join("\n")).toBe(true);
});

test("a failure of the connection is no fault of a line, and reaches whoever adds or flushes", async () => {
  const batches = openCopyBatches(client, pLimit(1), "not_there (id)", rethrow);
  await batches.add("1");
  await expect(batches.flush()).rejects.toThrow('relation "pg_temp.not_there" does not exist');
  await batches.settle();
});

test("lines that Postgres refuses are handed over as they were sent, in order, the others are stored", async () => {
  const refused: string[] = [];
  const batches = openCopyBatches(client, pLimit(1), "lines (id, text)", async (line) => {
    refused.push(line);
  });
  for (let id = 0; id < 1000; id += 1) await batches.add(id % 100 === 7 ? `x${id}\té✓🎉` : `${id}\té✓🎉`);
  await batches.flush();
  expect(refused).toEqual(Array.from({ length: 10 }, (_, index) => `x${index * 100 + 7}\té✓🎉`));
  expect(await stored()).toHaveLength(990);
});
