import { joinText } from "./join-text.ts";

/** Leading digits of the ids of each kind: every id has 18 digits, far beyond 2^53. */
const PREFIX = {
  user: "214",
  ad_account: "549",
  campaign: "626",
  ad_group: "268",
  ad: "687",
  pin: "394",
  product_group_promotion: "295",
  catalog: "482",
  feed: "151",
  processing_result: "571",
  product_group: "443",
  tag: "261",
} as const;

/** A kind known here, or three digits that are its own. */
export type IdKind = keyof typeof PREFIX | `${number}`;

/** Neighbouring ids are this far apart: near enough that they are equal once read as JavaScript numbers. */
const STEP = 7;
const SERIAL_DIGITS = 12;

/**
 * The id of the `serial`-th thing of a kind below the `owner`-th account or user. Ids of one kind and
 * owner rise with the serial, as text and as numbers.
 */
export function makeId(kind: IdKind, owner: number, serial: number): string {
  const number = String(serial * STEP + 5).padStart(SERIAL_DIGITS, "0");
  const prefix = kind in PREFIX ? PREFIX[kind as keyof typeof PREFIX] : kind;
  return joinText(prefix, String(owner + 1).padStart(3, "0"), number);
}
