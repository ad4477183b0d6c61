import { mkdtemp, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** Several times what all clusters of a test run take together, in bytes. */
const ROOM_BYTES = 2 * 2 ** 30;

/**
 * A new folder for what a test writes, above all for clusters: in memory where the system offers enough of it, as
 * that makes them several times as fast. Say where if something in it has to be executed: containers mount such memory
 * so that nothing can be.
 */
export async function makeScratchFolder(where?: string): Promise<string> {
  const parent = where ?? ((await hasRoom(MEMORY)) ? MEMORY : tmpdir());
  return mkdtemp(join(parent, "pinterest-ads-test-"));
}

async function hasRoom(place: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize >= ROOM_BYTES;
  } catch (error) {
    // Not a Linux.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
