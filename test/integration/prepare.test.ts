import { afterEach, expect, test } from "vitest";
import { prepareWarehouse } from "../../src/commands/prepare.ts";
import { readConfig } from "../../src/config.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { startScriptedServer } from "../support/scripted-server.ts";

let warehouse: Warehouse | undefined;

afterEach(() => warehouse?.close());

/** A warehouse on a port where nobody listens any more. */
async function openNothing() {
  const gone = await startScriptedServer(() => ({ text: "" }));
  await gone[Symbol.asyncDispose]();
  warehouse = openWarehouse({
    url: `postgres://nobody@${new URL(gone.url).host}/x`,
    schema: "s",
    connections: 1,
  });
  return { warehouse, embedded: undefined, close: async () => undefined };
}

test.each([
  [0, 0],
  [1500, 1],
])("a database that is not up within %d ms is waited for and then given up", async (patienceMs, warnings) => {
  const { logger, log } = createMemoryLogger();
  const { config } = readConfig();
  const { signal } = new AbortController();
  await expect(
    prepareWarehouse(config, await openNothing(), logger, signal, patienceMs),
  ).rejects.toMatchObject({ code: "database_unreachable" });
  expect(log().split("waiting for the database")).toHaveLength(warnings + 1);
});
