import { expect, test } from "vitest";
import { share } from "../../src/serve/health/share.ts";

/** A computation that waits to be told how it ends. */
function setUp() {
  const pending: PromiseWithResolvers<number>[] = [];
  let time = 0;
  const read = share(
    () => {
      const next = Promise.withResolvers<number>();
      pending.push(next);
      return next.promise;
    },
    1000,
    () => time,
  );
  return {
    read,
    pending,
    advance(ms: number) {
      time += ms;
    },
  };
}

test("those who ask meanwhile get the answer of the one computation", async () => {
  const { read, pending } = setUp();
  const answers = [read(), read(), read()];
  expect(pending).toHaveLength(1);
  pending[0]?.resolve(7);
  expect(await Promise.all(answers)).toEqual([7, 7, 7]);
});

test("an answer is kept for its time, counted from when it came", async () => {
  const { read, pending, advance } = setUp();
  const first = read();
  advance(5000);
  pending[0]?.resolve(1);
  expect(await first).toBe(1);
  advance(999);
  expect(await read()).toBe(1);
  expect(pending).toHaveLength(1);
  advance(1);
  const second = read();
  pending[1]?.resolve(2);
  expect(await second).toBe(2);
});

test("a failure is told to all who waited, and the next one asks anew", async () => {
  const { read, pending } = setUp();
  const answers = Promise.allSettled([read(), read()]);
  pending[0]?.reject(new Error("away"));
  expect((await answers).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const next = read();
  pending[1]?.resolve(3);
  expect(await next).toBe(3);
});
