import { once } from "node:events";
import pLimit from "p-limit";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { errorCode } from "./connection-error.ts";

/** Bytes per COPY. Larger ones gain nothing; as a fixed buffer it keeps rows out of the garbage collector's sight. */
const BATCH_BYTES = 1024 * 1024;
/** Written to the socket at a time. */
const CHUNK_BYTES = 256 * 1024;
const LINE_END = 0x0a;
/** UTF-8 needs at most so many bytes for one UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;
/** Classes of SQLSTATE that blame the data: data exceptions, and limits such as depth or size of a value. */
const DATA_ERROR = /^(?:22|54)/;

/** Takes lines in the text format of COPY and sends them in batches. */
export interface CopyBatches {
  /** Undefined while there is room; else a promise to wait for before the next line. */
  add(line: string): Promise<void> | undefined;
  /** Sends what is left and waits until Postgres has taken everything. */
  flush(): Promise<void>;
  /** Waits until nothing is on its way any more; `add` and `flush` tell what became of it. */
  settle(): Promise<void>;
}

/** Called with a line that Postgres itself refuses; the rest of its batch is kept. */
export type RefuseLine = (line: string, error: Error) => Promise<void>;

/** Runs one after the other whatever wants to talk to Postgres over one connection. */
export type TakeTurns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Opens batches for `target`, a table with its columns. One batch is on its way while the next is
 * filled; memory is two buffers, however many lines come. Several may share a connection and its turns.
 */
export function openCopyBatches(
  client: Client,
  takeTurns: TakeTurns,
  target: string,
  refuse: RefuseLine,
): CopyBatches {
  // Lines may come from several sides at once, and a buffer that is on its way must not be filled again.
  const inOrder = pLimit(1);
  const copyInTurn = (lines: Buffer) => takeTurns(() => copy(client, target, lines));
  let filling: Buffer | undefined;
  let spare: Buffer | undefined;
  let used = 0;
  let underway: Promise<void> = Promise.resolve();

  async function send(): Promise<void> {
    await underway;
    if (!filling || used === 0) return;
    const buffer = filling;
    underway = copyOrSplit(copyInTurn, buffer.subarray(0, used), refuse);
    // Met again by the next `send` or `flush`; unhandled until then it would end the process.
    underway.catch(() => undefined);
    filling = spare;
    spare = buffer;
    used = 0;
  }

  const fits = (needed: number) => filling !== undefined && used + needed <= filling.length;

  function write(line: string): undefined {
    if (!filling) return;
    used += filling.write(line, used);
    filling[used] = LINE_END;
    used += 1;
  }

  async function makeRoom(needed: number): Promise<void> {
    await send();
    if (used === 0 && (!filling || needed > filling.length))
      filling = Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, needed));
  }

  return {
    add(line) {
      const needed = line.length * BYTES_PER_UNIT_MAX + 1;
      if (fits(needed)) return write(line);
      return inOrder(async () => {
        while (!fits(needed)) await makeRoom(needed);
        write(line);
      });
    },
    async flush() {
      await inOrder(send);
      await underway;
    },
    settle: () => inOrder(() => underway.catch(() => undefined)),
  };
}

/** COPY is all or nothing: halving finds the lines that Postgres refuses in log2(n) tries each. */
async function copyOrSplit(
  copyLines: (lines: Buffer) => Promise<void>,
  lines: Buffer,
  refuse: RefuseLine,
): Promise<void> {
  if (lines.length === 0) return;
  try {
    await copyLines(lines);
  } catch (error) {
    if (!(error instanceof Error) || !DATA_ERROR.test(errorCode(error) ?? "")) throw error;
    const middle = findMiddle(lines);
    if (middle === lines.length) return refuse(lines.toString("utf8", 0, lines.length - 1), error);
    await copyOrSplit(copyLines, lines.subarray(0, middle), refuse);
    await copyOrSplit(copyLines, lines.subarray(middle), refuse);
  }
}

/** A line's end near the middle; the end of all when there is only one line. */
function findMiddle(lines: Buffer): number {
  const half = Math.floor(lines.length / 2);
  const before = lines.lastIndexOf(LINE_END, half);
  return (before > 0 && before < lines.length - 1 ? before : lines.indexOf(LINE_END, half)) + 1;
}

async function copy(client: Client, target: string, lines: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy pg_temp.${target} from stdin`));
  const finished = once(stream, "finish");
  // The stream reports a refused row while it is written to; `finished` carries it to the caller.
  finished.catch(() => undefined);
  for (let start = 0; start < lines.length; start += CHUNK_BYTES)
    if (!stream.write(lines.subarray(start, start + CHUNK_BYTES)))
      await Promise.race([once(stream, "drain"), finished]);
  stream.end();
  await finished;
}
