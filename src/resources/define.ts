import type { Column } from "./column.ts";

/** One category of Pinterest's rate limits (`x-ratelimit-category` of the API description). */
export const RATE_CATEGORIES = ["ads_read", "ads_analytics", "catalogs_read"] as const;
export type RateCategory = (typeof RATE_CATEGORIES)[number];

/** OAuth scopes that reading needs. */
export type OAuthScope = "ads:read" | "catalogs:read" | "user_accounts:read";

/** For whom a resource is asked: once per token, per ad account, or per distinct owner of ad accounts. */
export type SliceScope = "token" | "ad_account" | "owner";

/** Which schedule a resource belongs to. */
export type ResourceGroup = "entities" | "catalogs" | "analytics";

/** Asked once per row of another resource of the same slice scope. */
export interface ParentRule {
  /** The resource whose live rows are walked. */
  readonly resource: string;
  /** Its column that holds the value to ask with. */
  readonly column: string;
  /** The path or query parameter that takes the value; also the column of the child that keeps it. */
  readonly parameter: string;
  /** Walk only parents whose own parent (`resource`, joined by `on` = its id) has one of `values`. */
  readonly only?: {
    readonly resource: string;
    readonly on: string;
    readonly column: string;
    readonly values: readonly string[];
  };
}

/** An answer that means "there is nothing", not "this failed". */
export interface EmptyAnswer {
  readonly status: number;
  readonly code: number;
}

/** What every resource declares, however it is asked for. */
interface ResourceBase {
  readonly name: string;
  readonly group: ResourceGroup;
  /** One or two sentences for the table comment: what one row is. */
  readonly description: string;
  readonly category: RateCategory;
  readonly oauthScopes: readonly OAuthScope[];
  readonly scope: SliceScope;
  readonly columns: readonly Column[];
  /** Column names, widest first; the grain of the table. */
  readonly key: readonly string[];
  /** Fields that are dropped before anything looks at the record: secrets. */
  readonly droppedFields?: readonly string[];
  /** Undeclared fields that repeat a column, by field; kept in `_extra` only when they say something else. */
  readonly repeatedFields?: Readonly<Record<string, string>>;
}

/** A resource that is listed page by page with bookmarks. */
export interface ListResource extends ResourceBase {
  readonly kind: "list";
  /** Path below the API's base; `{ad_account_id}` and the parent's parameter are filled in. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly parent?: ParentRule;
  /** `full`: follows every bookmark, absence means deletion. `first_page`: history that only grows. */
  readonly listing: "full" | "first_page";
  readonly emptyAnswers?: readonly EmptyAnswer[];
  /** Query parameter that asks for entities by their id, at most 250 a call. */
  readonly idFilter?: string;
}

/** Levels at which Pinterest reports (`level` of an async report); PIN_PROMOTION is its name for an ad. */
export type ReportLevel =
  | "ADVERTISER"
  | "CAMPAIGN"
  | "AD_GROUP"
  | "PIN_PROMOTION"
  | "PRODUCT_GROUP"
  | "KEYWORD"
  | "ADVERTISER_TARGETING"
  | "CAMPAIGN_TARGETING"
  | "AD_GROUP_TARGETING"
  | "PIN_PROMOTION_TARGETING";

/** What a row of metrics is about, where it is not the ad account itself. */
export interface AnalyticsEntity {
  /** Column of the id, such as `campaign_id`. */
  readonly column: string;
  /** Field of the id in Pinterest's rows, such as `CAMPAIGN_ID`. */
  readonly field: string;
  /** Resource that lists these entities; undefined: there is none. */
  readonly resource?: string;
}

/** How the synchronous analytics endpoint of a level is asked. */
export interface SyncEndpoint {
  /** Path below the API's base; `{ad_account_id}` is filled in. */
  readonly path: string;
  /** Query parameter that takes the entities' ids; undefined for the ad account. */
  readonly idsParameter?: string;
}

/** Daily metrics of one level, asked by async report or by the synchronous endpoint. */
export interface AnalyticsResource extends ResourceBase {
  readonly kind: "analytics";
  readonly level: ReportLevel;
  readonly entity?: AnalyticsEntity;
  /** Undefined: only reports know this level. */
  readonly sync?: SyncEndpoint;
  /** Ids beside that of the entity that must be asked for, as Pinterest names them: parents of the entity. */
  readonly identity: readonly string[];
  /** Targeting types that Pinterest knows at this level, by way of asking; undefined: not a breakdown. */
  readonly targetingTypes?: { readonly sync: readonly string[]; readonly report: readonly string[] };
}

export type Resource = ListResource | AnalyticsResource;

/**
 * Checks a resource at start-up and returns it frozen.
 * Throws when the declaration contradicts itself, so that a wrong one cannot reach a table.
 */
export function defineResource<R extends Resource>(resource: R): R {
  checkColumns(resource);
  checkKey(resource);
  if (resource.kind === "list") checkGiven(resource);
  return Object.freeze(resource);
}

function checkColumns({ name, columns, droppedFields }: Resource): void {
  const names = columns.map((column) => column.name);
  const duplicate = names.find((column, index) => names.indexOf(column) !== index);
  if (duplicate) throw new Error(`${name}: column ${duplicate} is declared twice`);
  const clash = columns.find((column) => column.path[0] && droppedFields?.includes(column.path[0]));
  if (clash) throw new Error(`${name}: ${clash.name} reads a field that is dropped`);
}

function checkKey({ name, columns, key, scope }: Resource): void {
  for (const [index, part] of key.entries()) {
    const column = columns.find((candidate) => candidate.name === part);
    if (!column) throw new Error(`${name}: key column ${part} is not declared`);
    if (column.type !== "text" && column.type !== "date")
      throw new Error(`${name}: key column ${part} must be text or date`);
    if (columns[index] !== column)
      throw new Error(`${name}: the key columns must come first, in the key's order`);
  }
  if (key[0] !== keyPrefix(scope)) throw new Error(`${name}: the key must start with ${keyPrefix(scope)}`);
}

/** What slice and parent row know must be used where it is needed, and nothing else may be expected of them. */
function checkGiven({ name, columns, path, scope, parent }: ListResource): void {
  const known = [scope === "token" ? undefined : keyPrefix(scope), parent?.parameter];
  const placeholder = [...path.matchAll(/\{(\w+)\}/g)].find((match) => !known.includes(match[1]));
  if (placeholder) throw new Error(`${name}: nothing fills ${placeholder[0]} of the path`);
  const empty = columns.find((column) => column.given && !known.includes(column.name));
  if (empty) throw new Error(`${name}: nothing fills the given column ${empty.name}`);
  if (parent && !columns.some((column) => column.name === parent.parameter))
    throw new Error(`${name}: no column keeps ${parent.parameter} of its parent`);
}

/** The column every key of this scope starts with, so that tables can be partitioned by it. */
export function keyPrefix(scope: SliceScope): "ad_account_id" | "owner_user_id" {
  return scope === "owner" ? "owner_user_id" : "ad_account_id";
}
