import { randomBytes } from "node:crypto";
import { link, open, readFile, unlink } from "node:fs/promises";
import { ConnectorError } from "../../errors.ts";
import { type Files, hasCode, isMissing } from "./files.ts";

const PASSWORD_BYTES = 24;

/**
 * The warehouse's password, generated once. It is complete on disk before a cluster is initialised with it,
 * so an initialisation that was cut off is repeated with the same one; two processes that start at the same
 * time agree on one, because a hard link is made by exactly one of them.
 */
export async function ensurePassword(files: Files, clusterExists: boolean): Promise<string> {
  const existing = await readPassword(files);
  if (existing !== undefined) return existing;
  if (clusterExists) {
    throw new ConnectorError("embedded_postgres", `The warehouse's password is missing: ${files.password}`, {
      nextStep: `Restore that file. Without it, delete ${files.directory} to begin with an empty warehouse.`,
    });
  }
  const password = randomBytes(PASSWORD_BYTES).toString("hex");
  const draft = `${files.password}.${randomBytes(4).toString("hex")}`;
  await writeSynced(draft, `${password}\n`);
  try {
    await link(draft, files.password);
    return password;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    return (await readPassword(files)) ?? password;
  } finally {
    await unlink(draft);
  }
}

async function readPassword(files: Files): Promise<string | undefined> {
  try {
    return (await readFile(files.password, "utf8")).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
