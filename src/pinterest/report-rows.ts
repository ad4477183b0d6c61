import { createReportScanner, notAReport } from "./report-scanner.ts";

/** A row of a report is a few kilobytes; a body without an end must not fill the memory. */
const LARGEST_ROW_BYTES = 64 * 1024 * 1024;
/** Handed over at once, as bytes of the file, so that a report with one row per array is no rain of tiny batches. */
const BATCH_BYTES = 128 * 1024;
/** Holds what one part of a body usually brings, and the row that the part before it left unfinished. */
const ROOM_BYTES = 256 * 1024;

/**
 * The rows of a report's file in JSON, in batches, while it arrives; memory does not grow with the report.
 * Rows are the objects in arrays, whatever objects and arrays lie around them; an empty body has none.
 * A row without `DATE` gets the day, one without `idField` the id (digits) that stands as a key around it.
 * Numbers of 16 digits or more come as texts of their digits, because doubles would change them.
 * Throws `invalid_response` when the body ends early or is no report: the batches before it are void then.
 */
export async function* readReportRows(
  body: AsyncIterable<Uint8Array>,
  idField?: string,
): AsyncGenerator<readonly unknown[]> {
  const scanner = createReportScanner(idField);
  let room = Buffer.allocUnsafe(ROOM_BYTES);
  let filled = 0;
  let wanted = 0;
  let batch: unknown[] = [];
  let batchBytes = 0;

  function put(part: Uint8Array): void {
    if (filled + part.length > room.length) {
      const larger = Buffer.allocUnsafe(2 * (filled + part.length));
      room.copy(larger, 0, 0, filled);
      room = larger;
    }
    room.set(part, filled);
    filled += part.length;
  }

  function* readRoom(): Generator<readonly unknown[]> {
    const bytes = room.subarray(0, filled);
    let at = 0;
    for (;;) {
      const { rows, end } = scanner.scan(bytes, at);
      if (end - at > LARGEST_ROW_BYTES) throw notAReport("one of its rows is too large");
      batchBytes += end - at;
      at = end;
      if (rows.length === 0) break;
      for (const row of rows) batch.push(row);
      if (batchBytes < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    room.copyWithin(0, at, filled);
    filled -= at;
    if (filled > LARGEST_ROW_BYTES) throw notAReport("one of its rows is too large");
    // An unfinished row is read again only when twice as much of it is there: the effort stays linear.
    wanted = Math.min(2 * filled, LARGEST_ROW_BYTES + 1);
  }

  for await (const part of body) {
    put(part);
    if (filled >= wanted) yield* readRoom();
  }
  yield* readRoom();
  if (filled > 0 || !scanner.isComplete()) throw notAReport("it ends early");
  if (batch.length > 0) yield batch;
}
