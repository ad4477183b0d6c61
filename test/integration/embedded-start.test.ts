import { appendFile, mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { prepareFiles } from "../../src/warehouse/embedded/files.ts";
import { rotateLog } from "../../src/warehouse/embedded/log.ts";
import type { EmbeddedOptions } from "../../src/warehouse/embedded/options.ts";
import { freePort } from "../../src/warehouse/embedded/port.ts";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { execute } from "../support/database.ts";
import {
  embeddedDirectory,
  initialisedDirectory,
  waitUntilNothingRuns,
} from "../support/embedded-directory.ts";
import { spawnEmbedded } from "../support/embedded-process.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Starts, runs `work`, stops. */
async function during<T>(options: EmbeddedOptions, work: (url: string) => Promise<T>): Promise<T> {
  const embedded = await startEmbedded(options);
  try {
    return await work(embedded.url);
  } finally {
    await embedded.stop();
  }
}

test("a warehouse is there again after a restart, at the same URL", async () => {
  const directory = await embeddedDirectory();
  const create = "CREATE TABLE t AS SELECT 'kept' AS word";
  const first = await during({ directory, port: 0 }, async (url) => {
    await execute(url, create);
    return url;
  });
  await during({ directory }, async (url) => {
    expect(url).toBe(first);
    expect(await execute(url, "SELECT word FROM t")).toEqual([{ word: "kept" }]);
  });
});

test("it is durable, speaks UTF-8 and UTC, and can be reached on 127.0.0.1 only", async () => {
  const directory = await embeddedDirectory();
  await during({ directory, port: 0 }, async (url) => {
    const settings = await execute(
      url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes',
         'server_encoding', 'TimeZone', 'listen_addresses', 'log_min_error_statement') ORDER BY name`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: "on",
      full_page_writes: "on",
      listen_addresses: "127.0.0.1",
      log_min_error_statement: "panic",
      server_encoding: "UTF8",
      synchronous_commit: "on",
      TimeZone: "UTC",
    });
    expect(await execute(url, "SELECT current_user, current_database()")).toEqual([
      { current_user: "pinterest_ads", current_database: "pinterest_ads" },
    ]);
    expect(await execute(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).toEqual([
      { rolsuper: false },
    ]);
  });
});

test("nothing but its password lets anybody in, and only its owner can read that", async () => {
  const directory = await embeddedDirectory();
  await during({ directory, port: 0 }, async (url) => {
    const wrong = new URL(url);
    for (const [user, password] of [
      ["pinterest_ads", "wrong"],
      ["pinterest_ads", ""],
      ["postgres", "postgres"],
      ["postgres", ""],
    ] as const) {
      wrong.username = user;
      wrong.password = password;
      await expect(execute(wrong.href, "SELECT 1")).rejects.toThrow();
    }
  });
  const mode = async (name: string) => (await stat(join(directory, name))).mode & 0o777;
  expect(await mode("password")).toBe(0o600);
  expect(await mode("postgres.log")).toBe(0o600);
  expect(await mode("cluster")).toBe(0o700);
  expect((await readdir(directory)).sort()).toEqual(["cluster", "password", "port", "postgres.log", "users"]);
});

test("a taken port is replaced by a free one, which is then remembered", async () => {
  const directory = await initialisedDirectory();
  const taken = await freePort();
  const occupant = createServer().listen(taken, "127.0.0.1");
  try {
    const url = await during({ directory, port: taken }, async (other) => other);
    expect(new URL(url).port).not.toBe(String(taken));
    expect(await during({ directory }, async (other) => other)).toBe(url);
  } finally {
    occupant.close();
  }
});

test("a dropped database is created again", async () => {
  const directory = await initialisedDirectory();
  await during({ directory, port: 0 }, async (url) => {
    const maintenance = new URL(url);
    maintenance.pathname = "/postgres";
    await execute(maintenance.href, "DROP DATABASE pinterest_ads");
  });
  await during({ directory }, async (url) =>
    expect(await execute(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]),
  );
});

test("stopping twice is stopping once", async () => {
  const embedded = await startEmbedded({ directory: await initialisedDirectory(), port: 0 });
  await Promise.all([embedded.stop(), embedded.stop()]);
  await expect(execute(embedded.url, "SELECT 1")).rejects.toThrow("ECONNREFUSED");
});

test("an initialisation that was killed is done again, and its remains go when they are old", async () => {
  const directory = await embeddedDirectory();
  const victim = spawnEmbedded(directory);
  const drafts = async () => (await readdir(directory)).filter((name) => name.startsWith("cluster.new-"));
  await waitUntil("it initialises", async () => (await drafts()).length > 0);
  await victim.kill();
  await waitUntilNothingRuns(directory);
  const [draft = ""] = await drafts();
  await utimes(join(directory, draft), 0, 0);
  await during({ directory, port: 0 }, async (url) => {
    expect(await execute(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
  expect(await drafts()).toEqual([]);
});

test("an interrupted start says so and leaves nothing running", async () => {
  const directory = await embeddedDirectory();
  const controller = new AbortController();
  const start = startEmbedded({
    directory,
    port: 0,
    signal: controller.signal,
    onEvent: () => controller.abort(),
  });
  await expect(start).rejects.toMatchObject({ code: "interrupted" });
  await waitUntilNothingRuns(directory);
});

test("a full log is moved aside", async () => {
  const files = await prepareFiles(await embeddedDirectory());
  for (const text of ["first\n", "second\n"]) {
    await appendFile(files.log, text);
    await rotateLog(files, 3);
  }
  expect((await stat(files.log)).size).toBe(0);
  expect((await stat(`${files.log}.1`)).size).toBe("second\n".length);
});

test.each([
  ["a failing start repeats Postgres' own words", "postgresql.conf", "work_mem = nonsense\n", /work_mem/],
  [
    "a start that takes too long repeats Postgres' own words",
    "postgresql.conf",
    "restore_command = 'sleep 60'\n",
    /did not start within 2 s.*database system was shut down/s,
  ],
])("%s", async (_, file, text, message) => {
  const directory = await initialisedDirectory();
  await appendFile(join(directory, "cluster", file), text);
  if (text.startsWith("restore")) await writeFile(join(directory, "cluster", "recovery.signal"), "");
  const start = startEmbedded({ directory, timeoutMs: 2_000 });
  await expect(start).rejects.toMatchObject({
    code: "embedded_postgres",
    message: expect.stringMatching(message),
    nextStep: expect.stringContaining("DATABASE_URL"),
  });
  await waitUntilNothingRuns(directory);
});

test.each([
  ["a cluster of another Postgres", "cluster/PG_VERSION", "17\n", "made by Postgres 17"],
  ["a password that is not the cluster's", "password", "wrong\n", "refuses its own password"],
])("%s is refused with what to do", async (_, file, text, message) => {
  const directory = await initialisedDirectory();
  await writeFile(join(directory, file), text);
  await expect(startEmbedded({ directory })).rejects.toMatchObject({
    code: "embedded_postgres",
    message: expect.stringContaining(message),
    nextStep: expect.stringContaining(directory),
  });
});

test("a directory in the cluster's place that holds something else is left alone", async () => {
  const directory = await embeddedDirectory();
  await mkdir(join(directory, "cluster"));
  await writeFile(join(directory, "cluster", "mine"), "");
  await expect(startEmbedded({ directory })).rejects.toThrow("is not a Postgres cluster");
  expect(await readdir(join(directory, "cluster"))).toEqual(["mine"]);
});
