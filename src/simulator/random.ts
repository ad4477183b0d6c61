const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const TWO_TO_32 = 4_294_967_296;

/**
 * A 32-bit number that depends on nothing but `parts`, so that data and faults are the same in every run
 * and do not depend on the order in which requests happen to arrive.
 */
export function hash(...parts: readonly (string | number)[]): number {
  let state = FNV_OFFSET;
  for (const part of parts) {
    if (typeof part === "number") {
      state = Math.imul(state ^ part, FNV_PRIME);
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    } else {
      for (let at = 0; at < part.length; at++) state = Math.imul(state ^ part.charCodeAt(at), FNV_PRIME);
    }
    state = Math.imul(state ^ 0x1f, FNV_PRIME);
  }
  state = Math.imul(state ^ (state >>> 16), 0x7feb352d);
  state = Math.imul(state ^ (state >>> 15), 0x846ca68b);
  return (state ^ (state >>> 16)) >>> 0;
}

/** The same as a fraction: at least 0, below 1. */
export function fraction(...parts: readonly (string | number)[]): number {
  return hash(...parts) / TWO_TO_32;
}

/** One of `choices`, selected by a number such as a hash or a running index. */
export function choose<T>(choices: readonly T[], by: number): T {
  const choice = choices[by % choices.length];
  if (choice === undefined) throw new RangeError("nothing to choose from");
  return choice;
}

/**
 * At least one and about `share` of the positions of a list of `length`, ascending, each at most once;
 * empty only for an empty list.
 */
export function pickPositions(
  length: number,
  share: number,
  ...salt: readonly (string | number)[]
): number[] {
  if (length <= 0) return [];
  const wanted = Math.max(1, Math.floor(length * share));
  const stride = Math.floor(length / wanted);
  const first = hash(...salt) % stride;
  return Array.from({ length: wanted }, (_, nth) => first + nth * stride);
}

/** A 32-bit number from two: far cheaper than `hash`, for what is computed millions of times. */
export function mix(one: number, other: number): number {
  let state = Math.imul(one ^ Math.imul(other + 1, 0x9e3779b1), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
