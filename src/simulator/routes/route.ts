import type { Analytics } from "../analytics/analytics.ts";
import type { FaultKind, Served } from "../fault-kinds.ts";
import type { JsonValue } from "../json.ts";
import type { Page, Paging } from "../paging.ts";
import type { Query } from "../query.ts";
import type { Category } from "../rate-limits.ts";
import type { World } from "../world/world.ts";

/**
 * What makes an ad account unusable: its ads; its catalogs; all of it, while it is listed as before, for want of a role
 * (`withdrawn`) or because Pinterest disapproves of it (`suspended`); all of it as if it did not exist.
 */
export type Denial = "ads" | "catalogs" | "withdrawn" | "suspended" | "hidden";

/** What the handlers of the endpoints work with. */
export interface RouteContext {
  world: World;
  paging: Paging;
  analytics: Analytics;
  path: string;
  /** The path's variable parts in order. */
  parts: readonly string[];
  query: Query;
  /** The body; undefined when there is none or it is not JSON. */
  json: JsonValue | undefined;
  /** The fault that is to come of what is asked for here, if any. */
  fault: FaultKind | undefined;
  /** Where this server is reached: scheme, host and port. */
  origin: string;
  isDenied: (adAccountId: string, denial: Denial) => boolean;
}

/** One endpoint. A handler answers with a page, a single object or JSON text, or throws a Refusal. */
export interface Route {
  path: RegExp;
  /** GET when absent. */
  method?: "POST";
  category: Category;
  scope: string;
  /** Query parameters of the API description; others are ignored and recorded as undocumented. */
  parameters: readonly string[];
  /** The same for the fields of a JSON body. */
  fields?: readonly string[];
  /** Which faults can strike; by default those of pages or of objects, whichever it answers with. */
  serves?: Served;
  /** The level and the columns that are asked for, where there are any. */
  asks?: (request: Pick<RouteContext, "query" | "json">) => { level: string; columns: readonly string[] };
  answer:
    | { page: (context: RouteContext) => Page }
    | { object: (context: RouteContext) => JsonValue }
    | { text: (context: RouteContext) => string };
}
