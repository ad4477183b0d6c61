import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { execute } from "../support/database.ts";
import {
  initialisedDirectory,
  keepersOf,
  postmasterOf,
  runningIn,
  waitUntilNothingRuns,
} from "../support/embedded-directory.ts";
import { startEmbeddedProcess } from "../support/embedded-process.ts";
import { waitUntil } from "../support/wait-until.ts";

const CREATE = "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n";
const COUNT = "SELECT count(*)::int AS rows FROM t";

async function expectRowsAfterStart(directory: string): Promise<string[]> {
  const events: string[] = [];
  const embedded = await startEmbedded({ directory, onEvent: (message) => events.push(message) });
  expect(embedded.adopted).toBe(false);
  expect(await execute(embedded.url, COUNT)).toEqual([{ rows: 1000 }]);
  await embedded.stop();
  return events;
}

test("an orphan, whose user and keeper were both killed, is ended before the next start", async () => {
  const directory = await initialisedDirectory();
  const user = await startEmbeddedProcess(directory);
  await execute(user.url, CREATE);
  const orphan = await postmasterOf(directory);
  for (const pid of await keepersOf(directory)) process.kill(pid, "SIGKILL");
  await user.kill();
  expect(await execute(user.url, COUNT)).toEqual([{ rows: 1000 }]);
  expect(await expectRowsAfterStart(directory)).toContain(
    "embedded postgres: leftover of a killed run stopped",
  );
  expect(await runningIn(directory)).not.toContain(orphan);
});

test("what was committed survives a kill of Postgres, which its user is told of", async () => {
  const directory = await initialisedDirectory();
  const events: string[] = [];
  const embedded = await startEmbedded({ directory, port: 0, onEvent: (message) => events.push(message) });
  await execute(embedded.url, CREATE);
  process.kill(await postmasterOf(directory), "SIGKILL");
  await waitUntil("the end is reported", () => events.includes("embedded postgres ended unexpectedly"));
  await embedded.stop();
  await expectRowsAfterStart(directory);
});

test.each(["dead", "another program's"])("a pid file whose process is %s does not hinder", async (whose) => {
  const directory = await initialisedDirectory();
  const embedded = await startEmbedded({ directory, port: 0 });
  await execute(embedded.url, CREATE);
  const pidFile = join(directory, "cluster", "postmaster.pid");
  const text = await readFile(pidFile, "utf8");
  await embedded.stop();
  const { uid, gid } = await stat(join(directory, "cluster"));
  // The same user's: a process of somebody else would not trouble Postgres.
  const other = spawn("sleep", ["600"], process.getuid?.() === 0 ? { uid, gid } : {});
  const pid = other.pid ?? 0;
  if (whose === "dead") {
    other.kill("SIGKILL");
    await once(other, "exit");
  }
  await writeFile(pidFile, text.replace(/^\d+/, String(pid)), { mode: 0o600 });
  await chown(pidFile, uid, gid);
  try {
    await expectRowsAfterStart(directory);
  } finally {
    other.kill("SIGKILL");
  }
  await waitUntilNothingRuns(directory);
});
