import { test } from "vitest";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { environmentFor, runCli } from "../support/cli.ts";
import { createDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
test("race", async () => {
  const db = await createDatabase();
  const sim = await startSimulator({ campaigns: 10 });
  const env = environmentFor(sim, db.url);
  await migrateSchema(db.url);
  for (let i = 0; i < 40; i++) {
    sim.advance();
    const rs = await Promise.all([runCli(["sync"], { env }), runCli(["sync"], { env })]);
    process.stderr.write(`@@ ${i} ${rs.map((r) => r.code)} ${rs.filter((r) => r.code).map((r) => r.stdout.slice(-700) + "\nERR " + r.stderr)}\n`);
  }
  await sim.close(); await db.drop();
}, 120000);
