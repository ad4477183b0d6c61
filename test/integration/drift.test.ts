import { afterAll, beforeAll, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { migrate } from "../../src/warehouse/migrate.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { openSync } from "../support/sync.ts";

let database: TestDatabase;
let simulator: Simulator;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ accounts: 2, campaigns: 1 });
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

test("a field that is new at Pinterest is said once, kept for ever, and forgotten when a version declares it", async () => {
  await using subject = await openSync({ url: database.url, simulator });
  const campaigns = listResources.filter(({ name }) => name === "campaigns");
  for (const account of simulator.world.accounts)
    for (const campaign of account.campaigns) Object.assign(campaign, { brand_new: 7, name: "as ever" });
  for (let run = 0; run < 2; run += 1) await subject.sync({ resources: campaigns });
  expect(subject.log().match(/undeclared fields kept in _extra/g)).toHaveLength(1);
  const fields = () => subject.query("select resource, field, json_type from pinterest_ads_schema_drift");
  expect(await fields()).toEqual([{ resource: "campaigns", field: "brand_new", json_type: "number" }]);

  // As an older version would have left it: of a field that is declared by now.
  await subject.query(
    "insert into pinterest_ads_schema_drift (resource, field) values ('campaigns', 'name')",
  );
  await migrate(subject.warehouse, listResources);
  expect((await fields()).map(({ field }) => field)).toEqual(["brand_new"]);
});
