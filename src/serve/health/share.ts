/**
 * One computation at a time for all who ask meanwhile, and for those who ask within `forMs` after it succeeded; so
 * many who ask at once cost as much as one. A failure is told to those who waited, and is not kept.
 * `elapsed` is a clock that is never set (milliseconds).
 */
export function share<T>(
  compute: () => Promise<T>,
  forMs: number,
  elapsed: () => number = () => performance.now(),
): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  let kept: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    if (kept && elapsed() < kept.until) return kept.value;
    underWay ??= compute()
      .then((value) => {
        kept = { value, until: elapsed() + forMs };
        return value;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}
