import {
  commentViewColumnStatement,
  commentViewStatement,
  createViewStatement,
  dropViewStatement,
  fingerprint,
  grantStatement,
  type ViewDefinition,
} from "./ddl-view.ts";
import type { SchemaDiff } from "./schema-diff.ts";
import type { LiveView } from "./view-catalog.ts";

/**
 * Compares declared views with live ones. Pure. A view whose definition has changed is dropped and made again, with
 * what others were granted on it; that somebody else's view reads it is a conflict, for theirs would go too.
 */
export function diffViews(
  schema: string,
  declared: readonly ViewDefinition[],
  live: ReadonlyMap<string, LiveView>,
): SchemaDiff {
  const statements: string[] = [];
  const conflicts: string[] = [];
  const missing: string[] = [];
  for (const view of declared) {
    const found = live.get(view.name);
    if (found?.fingerprint === fingerprint(view)) continue;
    missing.push(found ? `${view.name} in its present form` : view.name);
    if (found && found.dependents.length > 0)
      conflicts.push(
        `${view.name} must be made anew, but ${found.dependents.join(", ")} reads it: drop that, migrate, and create it again`,
      );
    if (found) statements.push(dropViewStatement(schema, view.name));
    statements.push(...renderView(schema, view));
    for (const grant of found?.grants ?? []) statements.push(grantStatement(schema, view.name, grant));
  }
  return { statements, conflicts, missing };
}

/** What makes a view, comments included. */
export function renderView(schema: string, view: ViewDefinition): string[] {
  return [
    createViewStatement(schema, view),
    commentViewStatement(schema, view),
    ...view.columns.map((column) => commentViewColumnStatement(schema, view, column)),
  ];
}
