import type { Resource } from "../resources/define.ts";
import type { Drift } from "../warehouse/drift.ts";
import { compileParser, isRejection } from "../warehouse/parse-record.ts";
import type { SliceTally } from "../warehouse/slices.ts";
import type { Stage, StageMark } from "../warehouse/stage.ts";

/** Objects used as maps may bring a new field name with each record; so many are drift enough to look into. */
const DRIFT_FIELDS_MAX = 1000;

/** The way of a slice's records into its stage; what cannot be loaded is set apart, and everything is counted. */
export interface Intake {
  /** Reads what comes from now on as records of `resource`: the same columns, otherwise declared. */
  readAs(resource: Resource): void;
  /** `given` are the values that the request knows and records may not repeat. */
  take(records: readonly unknown[], given: Readonly<Record<string, string>>): Promise<void>;
  /** Where the slice stands now, to come back to. */
  mark(): Promise<IntakeMark>;
  /** Forgets whatever was taken since `mark`. */
  rewind(mark: IntakeMark): Promise<void>;
}

export interface IntakeMark {
  readonly stage: StageMark;
  readonly tally: Pick<SliceTally, "pages" | "records" | "textsRepaired">;
  readonly drift: Drift;
}

export function openIntake(
  resource: Resource,
  stage: Stage,
  tally: SliceTally,
  drift: Drift,
  onRecords: (count: number) => void,
): Intake {
  let parse = compileParser(resource);
  return {
    readAs(declared) {
      parse = compileParser(declared);
    },
    async take(records, given) {
      tally.records += records.length;
      for (const record of records) {
        const parsed = parse(record, given);
        if (isRejection(parsed)) await stage.reject(parsed);
        else {
          tally.textsRepaired += parsed.textsRepaired;
          for (const { field, type } of parsed.drift) countDrift(drift, field, type);
          const full = stage.add(parsed);
          // Waiting for each row would cost more than loading it.
          if (full) await full;
        }
      }
      onRecords(records.length);
    },
    async mark() {
      const { pages, records, textsRepaired } = tally;
      return { stage: await stage.mark(), tally: { pages, records, textsRepaired }, drift: new Map(drift) };
    },
    async rewind(mark) {
      await stage.rewind(mark.stage);
      onRecords(mark.tally.records - tally.records);
      Object.assign(tally, mark.tally);
      drift.clear();
      for (const [field, seen] of mark.drift) drift.set(field, seen);
    },
  };
}

function countDrift(drift: Drift, field: string, type: string): void {
  const seen = drift.get(field);
  if (!seen && drift.size >= DRIFT_FIELDS_MAX) return;
  drift.set(field, { type, records: (seen?.records ?? 0) + 1 });
}
