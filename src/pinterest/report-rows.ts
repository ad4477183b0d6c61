import { createReportScanner, notAReport } from "./report-scanner.ts";

/** A row of a report is a few kilobytes; a body without an end must not fill the memory. */
const LARGEST_ROW_BYTES = 64 * 1024 * 1024;
/** Handed over at once, as bytes of the file, so that a report with one row per array is no rain of tiny batches. */
const BATCH_BYTES = 128 * 1024;

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
  let parts: Uint8Array[] = [];
  let size = 0;
  let wanted = 0;
  let batch: unknown[] = [];
  let batchBytes = 0;

  function* readParts(): Generator<readonly unknown[]> {
    const bytes = joinParts(parts);
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
    keep(bytes.subarray(at));
  }

  function keep(rest: Buffer): void {
    if (rest.length > LARGEST_ROW_BYTES) throw notAReport("one of its rows is too large");
    parts = rest.length > 0 ? [rest] : [];
    size = rest.length;
    // An unfinished row is read again only when twice as much of it is there: the effort stays linear.
    wanted = Math.min(2 * rest.length, LARGEST_ROW_BYTES + 1);
  }

  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size >= wanted) yield* readParts();
  }
  yield* readParts();
  if (size > 0 || !scanner.isComplete()) throw notAReport("it ends early");
  if (batch.length > 0) yield batch;
}

function joinParts(parts: readonly Uint8Array[]): Buffer {
  const [first, ...more] = parts;
  if (first && more.length === 0) return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  return Buffer.concat(parts);
}
