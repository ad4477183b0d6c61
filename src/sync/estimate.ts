import { PAGE_SIZE } from "../pinterest/list.ts";
import type { Warehouse } from "../warehouse/database.ts";
import { withConnection } from "../warehouse/database.ts";
import { countLiveRows } from "../warehouse/merge.ts";
import { readParentValues } from "../warehouse/parents.ts";
import { type Slice, scopeId } from "./plan.ts";

/**
 * API calls that a slice will need, judged by the rows of its last load; at least, because Pinterest
 * may hold more by now and repeated requests count as well.
 */
export async function estimateCalls(warehouse: Warehouse, slice: Slice): Promise<number> {
  const { resource } = slice;
  const scope = scopeId(slice);
  return withConnection(warehouse, async (client) => {
    const parents =
      resource.parent && scope !== undefined ? await readParentValues(client, resource, scope) : [""];
    if (resource.listing === "first_page") return parents.length;
    const live = await countLiveRows(client, resource, scope);
    if (resource.parent) return parents.length + Math.floor(live / PAGE_SIZE);
    return Math.max(1, Math.ceil(live / PAGE_SIZE));
  });
}
