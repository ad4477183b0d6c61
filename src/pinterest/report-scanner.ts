import { ConnectorError } from "../errors.ts";
import type { Row } from "./flat-rows.ts";
import { isUnparsable } from "./problem.ts";
import { findStringEnd, UNFINISHED } from "./row-end.ts";
import { createRowReader, type RowRun } from "./row-run.ts";

/** Walks the nesting around the rows of a report, whose depth and order Pinterest does not document. */
export interface ReportScanner {
  /**
   * Reads on from a position to behind the next rows, or as far as whole tokens reach.
   * The bytes from `end` on are to be given again, after a scan without rows with more behind them.
   * Throws `invalid_response` for what is no report.
   */
  scan(bytes: Buffer, from: number): RowRun;
  /** Whether the report may end here. */
  isComplete(): boolean;
}

/** Two levels are known. */
const DEEPEST = 16;
const NULL = "null";
const OPENING_BRACE = 0x7b;

/** What may come next around the rows. */
type Expectation = "value" | "value_or_end" | "key" | "key_or_end" | "colon" | "comma_or_end" | "end";

interface Container {
  readonly kind: "object" | "array";
  key?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ID = /^\d+$/;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** `idField` is filled in from the digits that stand as a key around a row without it. */
export function createReportScanner(idField: string | undefined): ReportScanner {
  const reader = createRowReader();
  const containers: Container[] = [];
  let expected: Expectation = "value";
  let begun = false;
  let around: Row = {};

  function expect(...allowed: readonly Expectation[]): void {
    if (!allowed.includes(expected)) throw notAReport("its JSON is broken around the rows");
  }

  function closeValue(): void {
    expected = containers.length === 0 ? "end" : "comma_or_end";
  }

  function open(kind: Container["kind"]): void {
    if (containers.length === DEEPEST) throw notAReport("it is nested too deeply");
    containers.push({ kind });
    expected = kind === "array" ? "value_or_end" : "key_or_end";
    if (kind === "array") around = readKeys(containers, idField);
  }

  function close(kind: Container["kind"]): void {
    expect(kind === "array" ? "value_or_end" : "key_or_end", "comma_or_end");
    if (containers.pop()?.kind !== kind) throw notAReport("its brackets do not match");
    closeValue();
  }

  function readKey(bytes: Buffer, at: number): number {
    expect("key", "key_or_end");
    const end = findStringEnd(bytes, at);
    const container = containers.at(-1);
    if (end === UNFINISHED || !container) return UNFINISHED;
    container.key = String(parse(() => JSON.parse(bytes.toString("utf8", at, end))));
    expected = "colon";
    return end;
  }

  function readNull(bytes: Buffer, at: number): number {
    const text = bytes.toString("latin1", at, at + NULL.length);
    if (!NULL.startsWith(text)) throw notAReport("it holds something else than rows");
    if (text.length < NULL.length) return UNFINISHED;
    closeValue();
    return at + NULL.length;
  }

  /** Reads one token around the rows and returns the position behind it. */
  function step(bytes: Buffer, at: number): number {
    const character = String.fromCharCode(bytes[at] ?? 0);
    switch (character) {
      case "}":
        close("object");
        return at + 1;
      case "]":
        close("array");
        return at + 1;
      case ":":
        expect("colon");
        expected = "value";
        return at + 1;
      case ",":
        expect("comma_or_end");
        expected = containers.at(-1)?.kind === "object" ? "key" : "value";
        return at + 1;
      case '"':
        return readKey(bytes, at);
      case "{":
      case "[":
        expect("value", "value_or_end");
        open(character === "{" ? "object" : "array");
        return at + 1;
      default:
        expect("value", "value_or_end");
        return readNull(bytes, at);
    }
  }

  function atRow(bytes: Buffer, at: number): boolean {
    const inArray =
      containers.at(-1)?.kind === "array" && (expected === "value" || expected === "value_or_end");
    return inArray && bytes[at] === OPENING_BRACE;
  }

  function scan(bytes: Buffer, from: number): RowRun {
    for (let at = from; ; ) {
      while (SPACES.has(bytes[at] ?? 0)) at += 1;
      if (at === bytes.length) return { rows: [], end: at };
      begun = true;
      if (atRow(bytes, at)) {
        const run = parse(() => reader.read(bytes, at));
        if (!run) return { rows: [], end: at };
        closeValue();
        fillIn(run.rows, around);
        return run;
      }
      const next = step(bytes, at);
      if (next === UNFINISHED) return { rows: [], end: at };
      at = next;
    }
  }

  return { scan, isComplete: () => !begun || expected === "end" };
}

/** The body of a report that cannot be used; another download may bring a whole one. */
export function notAReport(reason: string): ConnectorError {
  return new ConnectorError(
    "invalid_response",
    `The report's file is not a complete JSON report: ${reason}`,
    {
      nextStep: "Run again later; if it stays, ask Pinterest's support.",
    },
  );
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // Its words would quote the report.
    if (isUnparsable(error)) throw notAReport("it holds something that is not JSON");
    throw error;
  }
}

/** What the keys around rows say about them: the innermost day, and the innermost id. */
function readKeys(containers: readonly Container[], idField: string | undefined): Row {
  const around: Row = {};
  for (const { key = "" } of containers) {
    if (DAY.test(key)) around.DATE = key;
    else if (idField !== undefined && ID.test(key)) around[idField] = key;
  }
  return around;
}

function fillIn(rows: readonly Row[], around: Row): void {
  for (const [name, value] of Object.entries(around)) for (const row of rows) row[name] ??= value;
}
