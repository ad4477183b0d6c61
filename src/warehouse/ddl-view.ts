import { createHash } from "node:crypto";
import { quoteIdentifier, quoteLiteral } from "./names.ts";

/** One view as it should stand in the warehouse. */
export interface ViewDefinition {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ViewColumn[];
  /** The first one has no condition. */
  readonly sources: readonly ViewSource[];
}

export interface ViewColumn {
  readonly name: string;
  /** Expression over the sources' aliases. */
  readonly sql: string;
  readonly comment: string;
}

/** A table that the view reads. */
export interface ViewSource {
  readonly table: string;
  readonly alias: string;
  readonly join?: { readonly kind: "inner" | "left"; readonly on: string };
}

const FINGERPRINT_DIGITS = 16;
const FINGERPRINT = / \(definition ([0-9a-f]+)\)$/;

export function createViewStatement(schema: string, { name, columns, sources }: ViewDefinition): string {
  const list = columns.map((column) => `  ${column.sql} as ${quoteIdentifier(column.name)}`);
  const from = sources.map(({ table, alias, join }) => {
    const source = `${quoteIdentifier(schema)}.${quoteIdentifier(table)} as ${quoteIdentifier(alias)}`;
    return join ? `  ${join.kind} join ${source} on ${join.on}` : `  ${source}`;
  });
  return `create view ${qualify(schema, name)} as\nselect\n${list.join(",\n")}\nfrom\n${from.join("\n")}`;
}

/** The comment carries a fingerprint of the definition: Postgres rewrites the text of a view, which so cannot be compared. */
export function commentViewStatement(schema: string, view: ViewDefinition): string {
  const comment = `${view.comment} (definition ${fingerprint(view)})`;
  return `comment on view ${qualify(schema, view.name)} is ${quoteLiteral(comment)}`;
}

export function commentViewColumnStatement(schema: string, view: ViewDefinition, column: ViewColumn): string {
  const target = `${qualify(schema, view.name)}.${quoteIdentifier(column.name)}`;
  return `comment on column ${target} is ${quoteLiteral(column.comment)}`;
}

export function dropViewStatement(schema: string, name: string): string {
  return `drop view ${qualify(schema, name)}`;
}

/** Lets a role do again what it might with the view that was dropped. */
export function grantStatement(schema: string, name: string, grant: ViewGrant): string {
  return `grant ${grant.privilege} on ${qualify(schema, name)} to ${grant.role}`;
}

export interface ViewGrant {
  readonly privilege: string;
  /** As SQL writes it: quoted where need be, or `public`. */
  readonly role: string;
}

/** Changes with anything that makes up the view, its columns' comments included. */
export function fingerprint(view: ViewDefinition): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("hex").slice(0, FINGERPRINT_DIGITS);
}

/** A view's comment as people read it, and the fingerprint in it. */
export function splitViewComment(comment: string): { text: string; fingerprint: string | undefined } {
  return { text: comment.replace(FINGERPRINT, ""), fingerprint: FINGERPRINT.exec(comment)?.[1] };
}

function qualify(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
