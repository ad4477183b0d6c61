/** Runs `work` when there is room for it. */
export type FairLimit = <T>(kind: string, work: () => Promise<T>) => Promise<T>;

interface Waiting {
  readonly kind: string;
  readonly start: () => void;
}

/**
 * At most `concurrency` pieces of work at once, shared evenly by kind: whenever room is made, the kind
 * with the fewest running comes next. So work that waits for one rate limit cannot take every place
 * while work under another limit could go on.
 */
export function createFairLimit(concurrency: number): FairLimit {
  const waiting: Waiting[] = [];
  const running = new Map<string, number>();
  let total = 0;

  function change(kind: string, by: number): void {
    running.set(kind, (running.get(kind) ?? 0) + by);
    total += by;
  }

  function startNext(): void {
    if (total >= concurrency || waiting.length === 0) return;
    const loads = waiting.map(({ kind }) => running.get(kind) ?? 0);
    const [next] = waiting.splice(loads.indexOf(Math.min(...loads)), 1);
    if (!next) return;
    change(next.kind, 1);
    next.start();
  }

  return async (kind, work) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ kind, start: resolve });
    // Not at once: the first few would take every place before another kind has even asked.
    setImmediate(startNext);
    await promise;
    try {
      return await work();
    } finally {
      change(kind, -1);
      startNext();
    }
  };
}
