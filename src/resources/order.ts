import type { ListResource, Resource } from "./define.ts";

/**
 * Checks that resources fit together and returns them frozen, in the given order.
 * Afterwards every name (and so every table) occurs once, no two resources ask the same list, and a
 * parent comes before its children, so that walking the list in order never meets a parent that is
 * not loaded yet. Throws on the first contradiction.
 */
export function orderResources(list: readonly Resource[]): readonly Resource[] {
  const earlier = new Map<string, Resource>();
  const asked = new Set<string>();
  for (const resource of list) {
    if (earlier.has(resource.name)) throw new Error(`${resource.name} is declared twice`);
    const request = describeRequest(resource);
    if (asked.has(request)) throw new Error(`${resource.name}: ${request} is asked by another resource`);
    if (resource.kind === "list") checkParent(resource, earlier);
    else if (resource.entity?.resource) requireEarlier(resource, resource.entity.resource, earlier);
    asked.add(request);
    earlier.set(resource.name, resource);
  }
  return Object.freeze([...list]);
}

function describeRequest(resource: Resource): string {
  if (resource.kind === "analytics") return `level ${resource.level}`;
  return `${resource.path} of ${resource.parent?.resource ?? resource.scope}`;
}

function checkParent(child: ListResource, earlier: ReadonlyMap<string, Resource>): void {
  if (!child.parent) return;
  const { only } = child.parent;
  const parent = requireEarlier(child, child.parent.resource, earlier);
  requireColumn(child, parent, child.parent.column);
  if (!only) return;
  requireColumn(child, parent, only.on);
  requireColumn(child, requireEarlier(child, only.resource, earlier), only.column);
}

/** A resource of the same scope: rows are walked within one slice, never across accounts or owners. */
function requireEarlier(child: Resource, name: string, earlier: ReadonlyMap<string, Resource>): Resource {
  const found = earlier.get(name);
  if (!found) throw new Error(`${child.name}: ${name} must be declared before it`);
  if (found.scope !== child.scope)
    throw new Error(`${child.name}: ${name} is asked per ${found.scope}, not per ${child.scope}`);
  return found;
}

function requireColumn(child: Resource, owner: Resource, name: string): void {
  if (!owner.columns.some((column) => column.name === name))
    throw new Error(`${child.name}: ${owner.name} has no column ${name}`);
}
