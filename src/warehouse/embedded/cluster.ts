import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConnectorError } from "../../errors.ts";
import type { Binaries } from "./binaries.ts";
import { type Files, hasCode, isMissing } from "./files.ts";
import { type Launcher, runTool } from "./run-tool.ts";
import { CLUSTER_SETTINGS, HOST_BASED_AUTHENTICATION } from "./settings.ts";

/** The role and the database of the warehouse. */
export const WAREHOUSE = "pinterest_ads";

const INITIALISE_TIMEOUT_MS = 120_000;
/** Longer than any initialisation can take, so what is older was left behind by a process that was killed. */
const ABANDONED_AFTER_MS = 10 * 60_000;

export interface ClusterOptions {
  readonly files: Files;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly password: string;
  readonly superuser: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The major version that made the cluster ("18"); undefined when there is none yet. */
export async function clusterVersion(files: Files): Promise<string | undefined> {
  try {
    return (await readFile(join(files.cluster, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Makes a complete cluster (role and database included) in a directory of its own and renames it into place:
 * a crash at any moment leaves no cluster or a whole one. Of two processes that do it at once, one wins and
 * the other's work is discarded.
 */
export async function initialiseCluster(options: ClusterOptions): Promise<void> {
  const { files, launcher } = options;
  await removeAbandoned(files);
  const draft = `${files.cluster}.new-${randomBytes(4).toString("hex")}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    if (launcher.owner !== undefined) await chown(draft, launcher.owner.uid, launcher.owner.gid);
    await runInitdb(draft, options);
    await writeFile(join(draft, "pg_hba.conf"), HOST_BASED_AUTHENTICATION);
    await createRoleAndDatabase(draft, options);
    await moveIntoPlace(draft, files);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(directory: string, options: ClusterOptions): Promise<void> {
  // The builtin provider sorts by code point on every system, whatever locales are installed there.
  await runStep(options, options.binaries.initdb, [
    ...["-D", directory, "--username=postgres", "--auth=trust", "--no-instructions"],
    ...["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    ...CLUSTER_SETTINGS.flatMap((setting) => ["-c", setting]),
  ]);
}

/**
 * In single-user mode: no server listens and no password passes through a file or a command line. The
 * superuser gets no password, so nobody can log in as it; the warehouse's role owns its database and no more.
 */
async function createRoleAndDatabase(directory: string, options: ClusterOptions): Promise<void> {
  const rights = options.superuser ? "SUPERUSER" : "CREATEDB CREATEROLE";
  const statements = [
    `CREATE ROLE ${WAREHOUSE} LOGIN ${rights} PASSWORD '${options.password}'`,
    `CREATE DATABASE ${WAREHOUSE} OWNER ${WAREHOUSE}`,
  ];
  const args = ["--single", "-D", directory, "-c", "exit_on_error=on", "postgres"];
  await runStep(options, options.binaries.postgres, args, `${statements.join(";\n")};\n`);
}

async function runStep(
  options: ClusterOptions,
  program: string,
  args: readonly string[],
  input = "",
): Promise<void> {
  const { code, output } = await runTool(options.launcher, program, args, {
    input,
    timeoutMs: INITIALISE_TIMEOUT_MS,
    signal: options.signal,
  });
  if (code === 0) return;
  const said = output.replaceAll(options.password, "***").trim();
  throw new ConnectorError("embedded_postgres", `${basename(program)} failed (${code}): ${said}`, {
    nextStep: `Check the free space and the rights in ${options.files.directory}, or set DATABASE_URL.`,
  });
}

async function moveIntoPlace(draft: string, files: Files): Promise<void> {
  try {
    await rename(draft, files.cluster);
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST") && (await clusterVersion(files)) !== undefined) return;
    throw new ConnectorError("embedded_postgres", `${files.cluster} exists and is not a Postgres cluster.`, {
      nextStep: "Move it away, or set DATABASE_URL to a Postgres of your own.",
      cause: error,
    });
  }
  const parent = await open(files.directory, "r");
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

async function removeAbandoned(files: Files): Promise<void> {
  for (const name of await readdir(files.directory)) {
    if (!name.startsWith(`${basename(files.cluster)}.new-`)) continue;
    const path = join(files.directory, name);
    try {
      const age = Date.now() - (await stat(path)).mtimeMs;
      if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}
