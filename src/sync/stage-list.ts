import type { Client } from "pg";
import { chunkIds } from "../pinterest/id-chunks.ts";
import { PAGE_SIZE } from "../pinterest/list.ts";
import type { ListResource } from "../resources/define.ts";
import { readParentValues } from "../warehouse/parents.ts";
import type { SliceTally } from "../warehouse/slices.ts";
import type { Intake } from "./intake.ts";
import { type ListSlice, scopeId } from "./plan.ts";
import type { Run } from "./run-state.ts";

/** Reads every page of a list into the stage. */
export async function stageList(
  run: Run,
  slice: ListSlice,
  client: Client,
  intake: Intake,
  tally: SliceTally,
): Promise<void> {
  const { resource } = slice;
  for (const listing of await planListings(slice, client)) {
    const pages = run.pinterest.list({
      path: listing.path,
      query: listing.query,
      category: resource.category,
      oauthScopes: resource.oauthScopes,
      emptyAnswers: resource.emptyAnswers ?? [],
      firstPageOnly: resource.listing === "first_page",
      signal: run.signal,
      onCall: () => {
        tally.apiCalls += 1;
      },
    });
    for await (const page of pages) {
      tally.pages += 1;
      await intake.take(page.items, listing.given);
    }
  }
}

/** One listing per parent, per chunk of ids, or one in all. */
interface Listing {
  readonly path: string;
  readonly query: Record<string, string | readonly string[]>;
  readonly given: Record<string, string>;
}

async function planListings(slice: ListSlice, client: Client): Promise<Listing[]> {
  const { resource } = slice;
  const scope = scopeId(slice);
  const given: Record<string, string> = {};
  if (slice.adAccountId !== undefined && resource.scope === "ad_account")
    given["ad_account_id"] = slice.adAccountId;
  if (slice.ownerUserId !== undefined) given["owner_user_id"] = slice.ownerUserId;
  const query = { ...resource.query };
  if (resource.scope === "owner" && slice.adAccountId !== undefined)
    query["ad_account_id"] = slice.adAccountId;
  if (slice.ids) return planById(resource, slice.ids, query, given);
  if (!resource.parent || scope === undefined)
    return [{ path: fillPath(resource.path, given), query, given }];
  const { parameter } = resource.parent;
  const values = await readParentValues(client, resource, scope);
  return values.map((value) => {
    const all = { ...given, [parameter]: value };
    const inPath = resource.path.includes(`{${parameter}}`);
    return {
      path: fillPath(resource.path, all),
      query: inPath ? query : { ...query, [parameter]: value },
      given: isGivenColumn(resource, parameter) ? all : given,
    };
  });
}

function planById(
  resource: ListResource,
  ids: readonly string[],
  query: Listing["query"],
  given: Listing["given"],
): Listing[] {
  const { idFilter } = resource;
  if (idFilter === undefined) throw new Error(`${resource.name} cannot be asked by id`);
  const path = fillPath(resource.path, given);
  const sent = { ...query, page_size: String(PAGE_SIZE) };
  const chunks = chunkIds({ path, query: sent, idsParameter: idFilter, ids });
  return chunks.map((chunk) => ({ path, query: { ...query, [idFilter]: chunk }, given }));
}

/** Puts values into a path's placeholders. */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
}

function isGivenColumn(resource: ListResource, name: string): boolean {
  return resource.columns.some((column) => column.given && column.name === name);
}
