/** How a column is stored; one Postgres type each (see `postgresType` in warehouse/ddl.ts). */
export type ColumnType =
  | "text"
  | "bigint"
  | "numeric"
  | "double"
  | "boolean"
  | "timestamptz"
  | "date"
  | "jsonb";

/** One column of a resource: where its value comes from, how it is stored, what it means. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Meaning, unit and values, for people who see only the table. */
  readonly comment: string;
  /** Where the value is found in the record, as a path of field names; empty for `given` columns. */
  readonly path: readonly string[];
  /** Filled from the slice (account, owner or parent), not from the record. */
  readonly given: boolean;
  /** Hide user info and secret-looking parameters of a URL before the value is stored. */
  readonly masked: boolean;
  /** What stands where the record says nothing; for parts of a key that not every record has. */
  readonly absent?: string;
}

interface ColumnOptions {
  /** Field path when it differs from the name: `["owner", "id"]`. */
  readonly from?: readonly string[];
  readonly masked?: boolean;
}

function declare(type: ColumnType) {
  return (name: string, comment: string, options: ColumnOptions = {}): Column => ({
    name,
    type,
    comment,
    path: options.from ?? [name],
    given: false,
    masked: options.masked ?? false,
  });
}

/** Free text, enumerations (open: Pinterest adds values) and ids (more digits than a double holds). */
export const text = declare("text");
/** Whole numbers. */
export const integer = declare("bigint");
/** Amounts in millionths of the account's currency; the comment says so by itself. */
export const micro = (name: string, comment: string, options: ColumnOptions = {}): Column =>
  integer(name, `${comment} Unit: millionths of the ad account's currency.`, options);
/** Exact decimals. */
export const decimal = declare("numeric");
/** Ratios. */
export const ratio = declare("double");
export const flag = declare("boolean");
/** A moment. Pinterest sends epoch seconds, epoch milliseconds or ISO 8601; all become UTC. */
export const time = declare("timestamptz");
export const day = declare("date");
/** Objects and arrays, kept as they came. */
export const json = declare("jsonb");

/** Something that the request knows and the record may not repeat. */
export const given = (name: string, comment: string, type: ColumnType = "text"): Column => ({
  name,
  type,
  comment,
  path: [],
  given: true,
  masked: false,
});

/** `ad_account_id`, as every table of an ad account starts. */
export const adAccountId = given(
  "ad_account_id",
  "Ad account that the row belongs to; joins to ad_accounts.",
);

/** `owner_user_id`, as every table of catalog data starts. */
export const ownerUserId = given(
  "owner_user_id",
  "User who owns the catalog data; joins to owner_user_id of ad_accounts.",
);
