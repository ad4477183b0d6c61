import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ConnectorError } from "./errors.ts";

const KEY_BYTES = 32;

/**
 * The encryption key beside the embedded warehouse: made on first use, readable by its owner alone.
 * Written aside and linked into place, so that a crash leaves no half of it and two first starts agree on one.
 * Throws `configuration` when the file does not hold a key.
 */
export function readOrCreateKey(directory: string): Buffer {
  const file = path.join(directory, "token-encryption.key");
  if (!existsSync(file)) createKey(directory, file);
  chmodSync(file, 0o600);
  const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new ConnectorError("configuration", `${file} does not hold a key of ${KEY_BYTES} bytes in base64`, {
    nextStep:
      "Restore it from a backup. If there is none, delete it and put a new token into PINTEREST_REFRESH_TOKEN: what it had encrypted is lost.",
  });
}

function createKey(directory: string, file: string): void {
  mkdirSync(directory, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    // Another process was faster; its key is as good.
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
}
