import type { JsonValue } from "../json.ts";
import type { Page, Paging } from "../paging.ts";
import type { Query } from "../query.ts";
import type { Category } from "../rate-limits.ts";
import type { World } from "../world/world.ts";

/** What makes an ad account unusable: its ads, its catalogs, or all of it as if it did not exist. */
export type Denial = "ads" | "catalogs" | "hidden";

/** What the handlers of the endpoints work with. */
export interface RouteContext {
  world: World;
  paging: Paging;
  path: string;
  /** The path's variable parts in order. */
  parts: readonly string[];
  query: Query;
  isDenied: (adAccountId: string, denial: Denial) => boolean;
}

/** One GET endpoint. A handler answers with a page or a single object, or throws a Refusal. */
export interface Route {
  path: RegExp;
  category: Category;
  scope: string;
  /** Query parameters of the API description; others are ignored and recorded as undocumented. */
  parameters: readonly string[];
  answer: { page: (context: RouteContext) => Page } | { object: (context: RouteContext) => JsonValue };
}
