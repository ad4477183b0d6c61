import { mix } from "../random.ts";

/** A share of an entity's facts: the `index`-th of `of` parts. */
export interface Share {
  index: number;
  of: number;
  salt: number;
}

/** How the facts of an ad and day are divided among the rows of an entity. */
export interface Breakdown {
  /** What of the ad belongs to the entity at all; undefined: everything. */
  share: Share | undefined;
  /** Into so many rows: the values of a targeting type; 1: not divided. */
  parts: number;
  salt: number;
}

/** The part of a whole number that falls to `part`. The parts of a number add up to it, whatever the breakdown. */
export function sharePart(value: number, { share, parts }: Breakdown, part: number): number {
  const own = share === undefined ? value : cut(value, share.index, share.of);
  return parts === 1 ? own : cut(own, part, parts);
}

/** The part that one conversion falls to, whole; undefined when it does not belong to the entity. */
export function findPart(draw: number, { share, parts, salt }: Breakdown): number | undefined {
  if (share !== undefined && mix(draw, share.salt) % share.of !== share.index) return undefined;
  return parts === 1 ? 0 : mix(draw, salt) % parts;
}

/** The first part is the largest: with three parts 3/6, 2/6 and 1/6, as far as whole numbers allow. */
function cut(value: number, part: number, parts: number): number {
  const weightBefore = (first: number) => first * parts - (first * (first - 1)) / 2;
  const total = weightBefore(parts);
  const until = (first: number) => Math.floor((value * weightBefore(first)) / total);
  return until(part + 1) - until(part);
}
