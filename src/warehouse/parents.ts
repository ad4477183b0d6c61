import type { Client } from "pg";
import { keyPrefix, type ListResource } from "../resources/define.ts";
import { quoteIdentifier, tableName } from "./names.ts";

/**
 * The values a child resource is asked with: ids of its parent's live rows in the slice, narrowed by
 * the grandparent where the resource says so. Sorted, so that repeated runs ask in one order.
 */
export async function readParentValues(
  client: Client,
  child: ListResource,
  scopeId: string,
): Promise<string[]> {
  if (!child.parent) return [];
  const { parent } = child;
  const prefix = keyPrefix(child.scope);
  const values: unknown[] = [scopeId];
  let narrowed = "";
  if (parent.only) {
    const { resource, on, column } = parent.only;
    values.push(parent.only.values);
    narrowed = `
      and exists (select from ${quoteIdentifier(tableName({ name: resource }))} as g
                   where g.${prefix} = p.${prefix} and g.id = p.${quoteIdentifier(on)}
                     and g.${quoteIdentifier(column)} = any($2))`;
  }
  const { rows } = await client.query<{ value: string }>(
    `select distinct p.${quoteIdentifier(parent.column)} as value
       from ${quoteIdentifier(tableName({ name: parent.resource }))} as p
      where p.${prefix} = $1 and p._deleted_at is null ${narrowed}
      order by 1`,
    values,
  );
  return rows.map((row) => row.value);
}
