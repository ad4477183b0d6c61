import type { EmptyAnswer } from "./define.ts";

/**
 * How Pinterest says that an owner has no catalog: "no catalog yet" (409), merchant unknown and
 * catalog unknown (404). Many advertisers have none, so these are empty lists, not failures.
 */
export const NO_CATALOG: readonly EmptyAnswer[] = [
  { status: 409, code: 4182 },
  { status: 404, code: 650 },
  { status: 404, code: 678 },
];
