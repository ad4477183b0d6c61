import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withConnection } from "../../src/warehouse/database.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { openStage, REJECTED_STAGE, STAGE, type StageMark } from "../../src/warehouse/stage.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([things]);
});

afterAll(() => db.close());

type Step = { readonly record: object } | "mark" | "rewind";

/** What a stage holds and counts after some steps; `rewind` goes back to the last mark, or the beginning. */
async function stage(steps: readonly Step[]) {
  return withConnection(db.warehouse, async (client) => {
    const opened = await openStage(client, things);
    const parse = compileParser(things);
    let mark: StageMark = await opened.mark();
    for (const step of steps) {
      if (step === "mark") mark = await opened.mark();
      else if (step === "rewind") await opened.rewind(mark);
      else {
        const parsed = parse(step.record, { ad_account_id: "1" });
        if (isRejection(parsed)) await opened.reject(parsed);
        else await opened.add(parsed);
      }
    }
    const counts = await opened.flush();
    const { rows } = await client.query(`select _n, id, name from pg_temp.${STAGE} order by _n`);
    const { rows: rejected } = await client.query(
      `select _n, reason, record, key from pg_temp.${REJECTED_STAGE} order by _n`,
    );
    await opened.drop();
    return { counts, rows, rejected };
  });
}

/** The steps without those that were taken back. */
function whatRemains(steps: readonly Step[]): Step[] {
  let marked = 0;
  let remaining: Step[] = [];
  for (const step of steps) {
    if (step === "mark") marked = remaining.length;
    else if (step === "rewind") remaining = remaining.slice(0, marked);
    else remaining.push(step);
  }
  return remaining;
}

test("what was taken back has never been there: rows, rejections, counts, order of the keys", async () => {
  const id = fc.integer({ min: 1, max: 9 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: id.map((value) => ({ record: { id: value, name: `thing ${value}` } })) },
    { weight: 1, arbitrary: id.map((value) => ({ record: { id: value, budget: "much" } })) },
    { weight: 1, arbitrary: fc.constant({ record: { name: "no id" } }) },
    // Only Postgres refuses it, and only when it is sent.
    {
      weight: 1,
      arbitrary: id.map((value) => ({ record: { id: value, labels: JSON.rawJSON("1e999999") } })),
    },
    { weight: 1, arbitrary: fc.constant<Step>("mark") },
    { weight: 1, arbitrary: fc.constant<Step>("rewind") },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const taken = await stage(steps);
      const plain = await stage(whatRemains(steps));
      expect(taken.counts).toEqual(plain.counts);
      const content = ({ rows, rejected }: typeof taken) => ({
        rows: rows.map(({ id, name }) => [id, name]),
        rejected: rejected.map(({ reason, record, key }) => [reason, record, key]).toSorted(),
      });
      expect(content(taken)).toEqual(content(plain));
      expect(new Set(taken.rows.map(({ _n }) => _n)).size).toBe(taken.rows.length);
    }),
    { numRuns: 40 },
  );
});

test("megabytes that were sent already are taken back", async () => {
  const wide = (id: number) => ({ record: { id, name: "x".repeat(100_000) } });
  const broken = Array.from({ length: 100 }, (_, id) => wide(id + 10));
  const { counts, rows } = await stage([wide(1), "mark", ...broken, "rewind", wide(2)]);
  expect(counts).toEqual({ staged: 2, rejected: 0, identified: 2, unidentified: 0, unique: true });
  expect(rows.map(({ id }) => id)).toEqual(["1", "2"]);
});
