import { expect, test } from "vitest";
import { createFairLimit } from "../../src/sync/fair-limit.ts";

/** Work of a kind that ends when it is told to. */
function openWork(limit: ReturnType<typeof createFairLimit>) {
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    running,
    async begin(kind: string, name: string) {
      await limit(kind, async () => {
        running.push(name);
        await new Promise<void>((resolve) => {
          ends.set(name, resolve);
        });
        running.splice(running.indexOf(name), 1);
      });
    },
    end: (name: string) => ends.get(name)?.(),
  };
}

const settle = async () => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

test("no more runs at once than there is room for, and everything runs in the end", async () => {
  const work = openWork(createFairLimit(2));
  const all = ["a", "b", "c", "d", "e"].map((name) => work.begin("ads_read", name));
  const seen = new Set<string>();
  while (seen.size < 5) {
    await settle();
    expect(work.running.length).toBeLessThanOrEqual(2);
    for (const name of [...work.running]) {
      seen.add(name);
      work.end(name);
    }
  }
  await Promise.all(all);
  expect(work.running).toEqual([]);
});

test("work that hangs takes not more than its kind's share while another kind waits", async () => {
  const work = openWork(createFairLimit(4));
  const begun = [1, 2, 3, 4, 5, 6].map((n) => work.begin("ads_read", `ads ${n}`));
  begun.push(...[1, 2, 3].map((n) => work.begin("catalogs_read", `catalog ${n}`)));
  await settle();
  expect(work.running.toSorted()).toEqual(["ads 1", "ads 2", "catalog 1", "catalog 2"]);
  work.end("catalog 1");
  await settle();
  expect(work.running.toSorted()).toEqual(["ads 1", "ads 2", "catalog 2", "catalog 3"]);
  work.end("catalog 2");
  work.end("catalog 3");
  await settle();
  expect(work.running.toSorted()).toEqual(["ads 1", "ads 2", "ads 3", "ads 4"]);
  for (const n of [1, 2]) work.end(`ads ${n}`);
  await settle();
  expect(work.running.toSorted()).toEqual(["ads 3", "ads 4", "ads 5", "ads 6"]);
  for (const n of [3, 4, 5, 6]) work.end(`ads ${n}`);
  await Promise.all(begun);
});

test("work that fails makes room and tells its caller", async () => {
  const limit = createFairLimit(1);
  const failed = limit("ads_read", () => Promise.reject(new Error("no")));
  const next = limit("ads_read", () => Promise.resolve("yes"));
  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe("yes");
});
