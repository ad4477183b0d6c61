/** Watches whether keys come in strict order, up or down. */
export interface KeyOrder {
  see(key: readonly string[]): void;
  isStrict(): boolean;
  /** A function that forgets every key seen from now on. */
  mark(): () => void;
}

/**
 * Pinterest lists by id, so that keys usually come in order; then no two can be equal, and the merge
 * need not look for duplicates. Any other order is no error: it only costs the look.
 * `parts` are the positions of the key's parts, the most significant first; default: as they stand.
 */
export function watchKeyOrder(parts?: readonly number[]): KeyOrder {
  let previous: readonly string[] | undefined;
  let ascending = true;
  let descending = true;
  return {
    see(came) {
      if (!ascending && !descending) return;
      const key = parts ? parts.map((part) => came[part] ?? "") : came;
      if (previous) {
        const comparison = compareKeys(previous, key);
        ascending &&= comparison < 0;
        descending &&= comparison > 0;
      }
      previous = key;
    },
    isStrict: () => ascending || descending,
    mark() {
      const marked = { previous, ascending, descending };
      return () => {
        ({ previous, ascending, descending } = marked);
      };
    },
  };
}

/** Any total order serves; this one is the numeric one for ids, which are digits. */
function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? "";
    if (left === right) continue;
    if (left.length !== right.length) return left.length - right.length;
    return left < right ? -1 : 1;
  }
  return 0;
}
