import type { Knex } from "knex";
import { splitViewComment, type ViewGrant } from "./ddl-view.ts";
import { TABLE_PREFIX } from "./names.ts";

/** A view as it stands in the warehouse. */
export interface LiveView {
  readonly name: string;
  readonly comment: string;
  /** Of the definition that the connector made it from; undefined when somebody else made it. */
  readonly fingerprint: string | undefined;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[];
  /** Views of other people that read it. */
  readonly dependents: readonly string[];
  /** What roles other than its owner may do with it. */
  readonly grants: readonly ViewGrant[];
}

/** The connector's views of a schema by name. */
export async function readViews(knex: Knex, schema: string): Promise<Map<string, LiveView>> {
  const { rows } = await knex.raw<{ rows: LiveView[] }>(
    `select c.relname as name, coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
            (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                               'comment', coalesce(col_description(c.oid, a.attnum), '')) order by a.attnum)
               from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns,
            (select coalesce(json_agg(distinct r.ev_class::regclass::text), '[]')
               from pg_depend d join pg_rewrite r on r.oid = d.objid
              where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
                and d.refobjid = c.oid and r.ev_class <> c.oid) as dependents,
            (select coalesce(json_agg(json_build_object('privilege', x.privilege_type,
                      'role', case when x.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(x.grantee)) end)), '[]')
               from aclexplode(c.relacl) x where x.grantee <> c.relowner) as grants
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relkind = 'v' and starts_with(c.relname, ?)
      order by 1`,
    [schema, TABLE_PREFIX],
  );
  return new Map(
    rows.map((row) => {
      const { text, fingerprint } = splitViewComment(row.comment);
      return [row.name, { ...row, comment: text, fingerprint }];
    }),
  );
}
