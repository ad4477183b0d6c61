import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withConnection } from "../../src/warehouse/database.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { openStage, STAGE } from "../../src/warehouse/stage.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";

let db: TestWarehouse;
const warnings: string[] = [];

beforeAll(async () => {
  process.on("warning", ({ message }) => warnings.push(message));
  db = await openTestWarehouse([things]);
});

afterAll(() => db.close());

async function countTemporaryTables(client: Client): Promise<number> {
  const { rows } = await client.query(
    "select count(*)::int as n from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'",
  );
  return rows[0].n;
}

describe("what a failed slice left on a connection does not reach the next one", () => {
  test("whether it dropped its stage or not", async () => {
    await withConnection(db.warehouse, async (client) => {
      const parse = compileParser(things);
      const abandoned = await openStage(client, things);
      for (const id of [1, 2]) {
        const parsed = parse({ id }, { ad_account_id: "1" });
        if (!isRejection(parsed)) await abandoned.add(parsed);
      }
      await abandoned.flush();
      const next = await openStage(client, things);
      expect(await next.flush()).toMatchObject({ staged: 0, rejected: 0 });
      expect((await client.query(`select count(*)::int as n from pg_temp.${STAGE}`)).rows).toEqual([
        { n: 0 },
      ]);
      await next.drop();
      expect(await countTemporaryTables(client)).toBe(0);
    });
  });

  test("even if it failed while a batch with refused rows was on its way", async () => {
    await withConnection(db.warehouse, async (client) => {
      const parse = compileParser(things);
      const failing = await openStage(client, things);
      for (let id = 0; id < 60; id += 1) {
        const parsed = parse(
          { id, name: "wide".repeat(50_000), rate: id % 7 ? "1" : "1e400" },
          { ad_account_id: "1" },
        );
        if (!isRejection(parsed)) await failing.add(parsed);
      }
      await failing.drop();
      const next = await openStage(client, things);
      const parsed = parse({ id: "mine" }, { ad_account_id: "1" });
      if (!isRejection(parsed)) await next.add(parsed);
      expect(await next.flush()).toMatchObject({ staged: 1, rejected: 0 });
      expect((await client.query(`select id from pg_temp.${STAGE}`)).rows).toEqual([{ id: "mine" }]);
      await next.drop();
      expect(await countTemporaryTables(client)).toBe(0);
    });
  });
});

test("no connection was asked for two things at once", () => {
  expect(warnings).toEqual([]);
});
