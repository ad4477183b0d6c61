import { expect, test } from "vitest";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { execute } from "../support/database.ts";
import {
  embeddedDirectory,
  initialisedDirectory,
  waitUntilNothingRuns,
} from "../support/embedded-directory.ts";
import { spawnEmbedded, startEmbeddedProcess } from "../support/embedded-process.ts";

const ANSWER = [{ answer: 1 }];
const ask = (url: string) => execute(url, "SELECT 1 AS answer");

test("the second process joins the first one's server", async () => {
  const directory = await initialisedDirectory();
  const first = await startEmbeddedProcess(directory);
  const second = await startEmbeddedProcess(directory);
  expect([first.adopted, second.adopted]).toEqual([false, true]);
  expect(second.url).toBe(first.url);
  await second.stop();
  expect(await ask(first.url)).toEqual(ANSWER);
  await first.stop();
  await waitUntilNothingRuns(directory);
});

test.each(["stop", "kill"] as const)(
  "the server stays for the second process after a %s of the first",
  async (end) => {
    const directory = await initialisedDirectory();
    const first = await startEmbeddedProcess(directory);
    const second = await startEmbeddedProcess(directory);
    await first[end]();
    expect(await ask(second.url)).toEqual(ANSWER);
    const third = await startEmbeddedProcess(directory);
    expect(third.adopted).toBe(true);
    await second.kill();
    expect(await ask(third.url)).toEqual(ANSWER);
    await third.kill();
    await waitUntilNothingRuns(directory);
  },
);

test("processes that start at once in an empty directory share one server", async () => {
  const directory = await embeddedDirectory();
  const users = await Promise.all(Array.from({ length: 4 }, () => startEmbeddedProcess(directory)));
  expect(users.filter((user) => !user.adopted)).toHaveLength(1);
  expect(new Set(users.map((user) => user.url)).size).toBe(1);
  await Promise.all(users.map((user) => user.stop()));
  await waitUntilNothingRuns(directory);
});

test("a process that starts while the last user leaves gets a server that stays", async () => {
  const directory = await initialisedDirectory();
  let user = await startEmbeddedProcess(directory);
  for (let round = 0; round < 5; round++) {
    const [next] = await Promise.all([startEmbeddedProcess(directory), user.kill()]);
    expect(await ask(next.url)).toEqual(ANSWER);
    user = next;
  }
  await user.stop();
});

test("Postgres ends with the process that started it, however early that is killed", async () => {
  const directory = await initialisedDirectory();
  for (let delayMs = 100; delayMs <= 250; delayMs += 30) {
    const victim = spawnEmbedded(directory);
    // The moment of the kill is what varies here, not something waited for.
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await victim.kill();
    await waitUntilNothingRuns(directory);
  }
  const { stop, url } = await startEmbedded({ directory });
  expect(await ask(url)).toEqual(ANSWER);
  await stop();
});

test("Ctrl-C leaves Postgres to a connector that finishes its work", async () => {
  const directory = await initialisedDirectory();
  const user = await startEmbeddedProcess(directory);
  process.kill(-user.pid, "SIGINT");
  expect(await user.ended).toEqual(["still there"]);
  await waitUntilNothingRuns(directory);
});
