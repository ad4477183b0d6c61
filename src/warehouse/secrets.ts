import type { Resource } from "../resources/define.ts";
import { isRecord } from "./json-tree.ts";
import { maskUrl } from "./mask-url.ts";

/**
 * A function that takes the secrets out of a resource's records: dropped fields go, masked ones are
 * masked, at any depth, for a field that Pinterest moves or wraps must not carry its secret along.
 * Where one column holds an address with secrets, any other text with an address may as well.
 */
export function compileSecrets(resource: Resource): (record: unknown) => unknown {
  const dropped = new Set(resource.droppedFields);
  const masked = new Set(resource.columns.filter((column) => column.masked).map((column) => column.path[0]));
  if (dropped.size === 0 && masked.size === 0) return (record) => record;
  const clean = (value: unknown, mask: boolean): unknown => {
    if (typeof value === "string") return mask || holdsAddress(value) ? maskUrl(value) : value;
    if (Array.isArray(value)) return value.map((child) => clean(child, mask));
    if (!isRecord(value)) return value;
    const entries = Object.entries(value).filter(([field]) => !dropped.has(field));
    return Object.fromEntries(
      entries.map(([field, child]) => [field, clean(child, mask || masked.has(field))]),
    );
  };
  return (record) => clean(record, false);
}

function holdsAddress(text: string): boolean {
  return text.includes("://");
}
