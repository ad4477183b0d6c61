import { copyFile, open, stat, truncate } from "node:fs/promises";
import { type Files, isMissing } from "./files.ts";

/** At this size the log becomes `postgres.log.1`, replacing the one before. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;
const MAX_TAIL_BYTES = 16 * 1024;

/** The log's size now: where what comes next begins. */
export async function logSize(files: Files): Promise<number> {
  try {
    return (await stat(files.log)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

/** What was logged since `from` (bytes): at most the last 16 KiB of it. */
export async function readLog(files: Files, from: number): Promise<string> {
  const size = await logSize(files);
  // A log that is shorter than it was has been emptied meanwhile.
  const start = Math.max(size < from ? 0 : from, size - MAX_TAIL_BYTES);
  if (size === 0) return "";
  const file = await open(files.log, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Moves a full log aside. It is emptied in place, since Postgres holds it open and appends to it. */
export async function rotateLog(files: Files, maxBytes = MAX_LOG_BYTES): Promise<void> {
  if ((await logSize(files)) <= maxBytes) return;
  await copyFile(files.log, `${files.log}.1`);
  await truncate(files.log, 0);
}

/** Keeps the log bounded until the returned function is called. Does not keep the process alive. */
export function boundLog(files: Files, onError: (error: unknown) => void): () => void {
  const timer = setInterval(() => void rotateLog(files).catch(onError), CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
